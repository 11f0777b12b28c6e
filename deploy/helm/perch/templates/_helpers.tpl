{{/* Name of everything in a release. */}}
{{- define "perch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* By these a workload finds its pods; they never change. (dict "root" . "component" "worker") */}}
{{- define "perch.selectorLabels" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "perch.labels" -}}
{{ include "perch.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "perch.serviceAccountName" -}}
{{- default (include "perch.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{- define "perch.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}

{{- define "perch.secretName" -}}
{{- required "secret.name: name a Secret with DATABASE_URL, PERCH_MASTER_KEY and PERCH_FLEET_TOKEN" .Values.secret.name -}}
{{- end -}}

{{/* One variable from the Secret. (dict "root" . "name" "DATABASE_URL" "key" "...") */}}
{{- define "perch.secretEnv" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ include "perch.secretName" .root | quote }}
      key: {{ .key | quote }}
{{- end -}}

{{/* Address template of Data APIs. */}}
{{- define "perch.dataApiUrl" -}}
{{- $data := .Values.dataPlane -}}
{{- if $data.urlTemplate -}}
{{- $data.urlTemplate -}}
{{- else if $data.ingress.domain -}}
{{- $scheme := "http" -}}
{{- if $data.ingress.tlsSecretName -}}
{{- $scheme = "https" -}}
{{- end -}}
{{- printf "%s://{endpoint_id}.%s/{database}/rest/v1" $scheme $data.ingress.domain -}}
{{- else -}}
{{- printf "http://%s-data-plane.%s.svc:4100/{endpoint_id}/{database}/rest/v1" (include "perch.fullname" .) .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{/* What every process is told. */}}
{{- define "perch.commonEnv" -}}
- name: PERCH_LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
# Kubernetes asks for health from outside of the pod.
- name: PERCH_ADMIN_HOST
  value: '0.0.0.0'
{{- if .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint | quote }}
- name: OTEL_TRACES_SAMPLER
  value: {{ .Values.tracing.sampler | quote }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .Values.tracing.ratio | quote }}
{{- end }}
{{- end -}}

{{/* What all pods have in common, before their containers. (dict "root" . "part" .Values.worker) */}}
{{- define "perch.podSpec" -}}
serviceAccountName: {{ include "perch.serviceAccountName" .root | quote }}
automountServiceAccountToken: false
# Variables of services begin with the release's name, and might be taken for settings.
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile:
    type: RuntimeDefault
{{- with .part.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .part.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: data
    emptyDir: {}
  - name: tmp
    emptyDir: {}
{{- end -}}

{{/* What all containers have in common. (dict "root" . "part" .Values.worker "adminPort" 4091) */}}
{{- define "perch.containerSpec" -}}
image: {{ include "perch.image" .root | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
livenessProbe:
  httpGet:
    path: /live
    port: admin
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /ready
    port: admin
  periodSeconds: 3
  timeoutSeconds: 3
startupProbe:
  httpGet:
    path: /live
    port: admin
  periodSeconds: 2
  failureThreshold: 60
resources:
  {{- toYaml .part.resources | nindent 2 }}
volumeMounts:
  - name: data
    mountPath: /data
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{/* (dict "root" . "part" .Values.worker "adminPort" 4091) */}}
{{- define "perch.podAnnotations" -}}
{{- if .root.Values.metrics.podAnnotations }}
prometheus.io/scrape: 'true'
prometheus.io/port: {{ .adminPort | quote }}
prometheus.io/path: /metrics
{{- end }}
{{- with .part.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
