{{/*
A CronJob. Takes a dict: root, name (put behind the release's), stage, later (minutes after the
schedule), deadlineMinutes, retries, shards (0: a plain Job), parallelism, args, env.

What an exit status does is the table of docs/operations.md: 64, 65, 70 and 78 need a person and
fail at once, the whole Job or, in an Indexed Job, a shard with bad data alone. 66, 69, 73 and 75
are tried again, with the Job controller's growing pauses. Stopped pods (130, 143, an evicted or
preempted pod) are replaced and don't count; the deadline bounds all of it.
*/}}
{{- define "costagg.cronjob" -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "costagg.name" .root }}{{ with .name }}-{{ . }}{{ end }}
  labels:
    {{- include "costagg.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .stage }}
spec:
  schedule: {{ include "costagg.cron" . | quote }}
  timeZone: Etc/UTC
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 600
  suspend: {{ .root.Values.suspend }}
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 7
  jobTemplate:
    metadata:
      labels:
        {{- include "costagg.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .stage }}
    spec:
      {{- if .shards }}
      completionMode: Indexed
      completions: {{ .shards }}
      parallelism: {{ .parallelism | default .shards }}
      backoffLimitPerIndex: {{ .retries }}
      maxFailedIndexes: {{ .shards }}
      {{- else }}
      backoffLimit: {{ .retries }}
      {{- end }}
      activeDeadlineSeconds: {{ mul .deadlineMinutes 60 }}
      podReplacementPolicy: Failed
      podFailurePolicy:
        rules:
          - action: Ignore
            onPodConditions: [{type: DisruptionTarget, status: "True"}]
          - action: Ignore
            onExitCodes: {containerName: costagg, operator: In, values: [130, 143]}
          {{- if .shards }}
          - action: FailJob
            onExitCodes: {containerName: costagg, operator: In, values: [64, 78]}
          - action: FailIndex
            onExitCodes: {containerName: costagg, operator: In, values: [65, 70]}
          {{- else }}
          - action: FailJob
            onExitCodes: {containerName: costagg, operator: In, values: [64, 65, 70, 78]}
          {{- end }}
          - action: Count
            onExitCodes: {containerName: costagg, operator: In, values: [66, 69, 73, 75]}
      template:
        {{- $env := .env | default list }}
        {{- if .shards }}
        {{- $env = append $env (dict "name" "COSTAGG_SHARDS" "value" .shards) }}
        {{- end }}
        {{- include "costagg.pod" (dict "root" .root "args" .args "env" $env "watch" false) | nindent 8 }}
{{- end }}
