{{/*
The pod of every mode. Takes a dict: root, args (list, after `costagg run`), env (list of
name/value), watch (bool).
*/}}
{{- define "costagg.pod" -}}
{{- $values := .root.Values -}}
metadata:
  labels:
    {{- include "costagg.labels" .root | nindent 4 }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    costagg/config: {{ toYaml $values.config | sha256sum }}
    {{- with $values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  restartPolicy: {{ ternary "Always" "Never" .watch }}
  serviceAccountName: {{ include "costagg.name" .root }}
  automountServiceAccountToken: false
  # A Service called "postgres" would otherwise set POSTGRES_PORT to tcp://….
  enableServiceLinks: false
  terminationGracePeriodSeconds: 60
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    {{- with $values.runAsUser }}
    runAsUser: {{ . }}
    {{- end }}
    seccompProfile: {type: RuntimeDefault}
  containers:
    - name: costagg
      image: {{ include "costagg.image" .root | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      {{- if .watch }}
      command: [costagg, watch]
      {{- else if $values.nightly.enabled }}
      command: [costagg-nightly]
      {{- else }}
      command: [costagg, run]
      {{- end }}
      args: {{ concat (list "--config=/etc/costagg/costagg.yaml") .args | toJson }}
      env:
        - {name: HOME, value: /tmp}
        - {name: PGSSLMODE, value: {{ $values.postgresqlSslMode }}}
        - {name: PGAPPNAME, value: {{ include "costagg.name" .root }}}
        - {name: COSTAGG_LOG_FORMAT, value: {{ $values.logFormat }}}
        - {name: COSTAGG_LOG_LEVEL, value: {{ $values.logLevel }}}
        - {name: COSTAGG_PROGRESS, value: never}
        - {name: COSTAGG_STRICT, value: {{ $values.strict | toString | quote }}}
        - {name: COSTAGG_MEMORY_LIMIT, value: {{ printf "%vMiB" $values.memoryLimitMiB }}}
        {{- if $values.threads }}
        - {name: COSTAGG_THREADS, value: {{ $values.threads | quote }}}
        {{- end }}
        {{- if and $values.nightly.enabled (not .watch) }}
        - {name: NIGHTLY_GRACE_DAYS, value: {{ $values.nightly.graceDays | quote }}}
        {{- end }}
        {{- if $values.caBundle.configMap }}
        - {name: AWS_CA_BUNDLE, value: /etc/costagg-ca/ca.crt}
        - {name: PGSSLROOTCERT, value: /etc/costagg-ca/ca.crt}
        {{- else }}
        - {name: PGSSLROOTCERT, value: /etc/ssl/certs/ca-certificates.crt}
        {{- end }}
        {{- range .env }}
        - {name: {{ .name }}, value: {{ .value | quote }}}
        {{- end }}
        {{- range $name, $value := $values.env }}
        - {name: {{ $name }}, value: {{ $value | quote }}}
        {{- end }}
        {{- range $name, $from := $values.secretEnv }}
        - name: {{ $name }}
          valueFrom: {secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}}
        {{- end }}
      {{- with $values.secrets }}
      envFrom:
        {{- range . }}
        - secretRef: {name: {{ . }}}
        {{- end }}
      {{- end }}
      {{- if .watch }}
      ports:
        - {name: metrics, containerPort: {{ $values.watch.port }}}
      livenessProbe:
        httpGet: {path: /healthz, port: metrics}
        initialDelaySeconds: 10
        periodSeconds: 30
        timeoutSeconds: 5
      readinessProbe:
        httpGet: {path: /healthz, port: metrics}
        periodSeconds: 30
        timeoutSeconds: 5
      {{- end }}
      resources:
        requests: {{ toJson $values.resources.requests }}
        limits:
          {{- with $values.resources.cpuLimit }}
          cpu: {{ . | quote }}
          {{- end }}
          memory: {{ div (mul $values.memoryLimitMiB 5) 4 }}Mi
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: {drop: [ALL]}
      volumeMounts:
        - {name: config, mountPath: /etc/costagg, readOnly: true}
        - {name: tmp, mountPath: /tmp}
        {{- if $values.caBundle.configMap }}
        - {name: ca, mountPath: /etc/costagg-ca, readOnly: true}
        {{- end }}
  volumes:
    - name: config
      configMap: {name: {{ include "costagg.name" .root }}}
    - name: tmp
      emptyDir: {sizeLimit: 256Mi}
    {{- with $values.caBundle }}
    {{- if .configMap }}
    - name: ca
      configMap:
        name: {{ .configMap }}
        items: [{key: {{ .key }}, path: ca.crt}]
    {{- end }}
    {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{ toJson . }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{ toJson . }}
  {{- end }}
  {{- with $values.affinity }}
  affinity: {{ toJson . }}
  {{- end }}
{{- end }}
