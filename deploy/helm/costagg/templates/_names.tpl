{{/* A CronJob's name has 52 characters at most: 30 here, the rest for what is put behind it. */}}
{{- define "costagg.name" -}}
{{- $name := .Release.Name }}
{{- if not (contains "costagg" $name) }}{{ $name = printf "%s-costagg" $name }}{{ end -}}
{{ $name | trunc 30 | trimSuffix "-" }}
{{- end }}

{{- define "costagg.selector" -}}
app.kubernetes.io/name: costagg
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "costagg.labels" -}}
{{ include "costagg.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "costagg.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* The minute of the day, `later` minutes after the schedule, as a cron line. */}}
{{- define "costagg.cron" -}}
{{- $at := mod (add (mul .root.Values.schedule.hour 60) .root.Values.schedule.minute .later) 1440 -}}
{{ mod $at 60 }} {{ div $at 60 }} * * *
{{- end }}
