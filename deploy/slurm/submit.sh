#!/usr/bin/env bash
# Submits a run as two Slurm arrays, the cost stage after the usage stage:
#
#   submit.sh [-u SHARDS] [-b SHARDS] [-a afterok|afterany] [-m MIB] [-j NAME] [-l DIR] [-f] \
#       -- costagg-nightly -c /etc/costagg/costagg.yaml
#
#   -u  tasks of the usage stage (4)
#   -b  tasks of the cost stage (1); no more than there are bills; 0: no cost stage
#   -a  afterok (default): bills only when every cluster's usage is done
#       afterany: bills in any case, with a failed cluster's last good summary
#   -m  memory limit of the program in MiB (512); Slurm is asked for a quarter more
#   -j  name of the jobs (costagg); refused with 75 while jobs of that name run, unless -f
#   -l  folder of the logs (.)
#
# Whatever follows -- is the command of a task; --stage is added. The configuration needs `state:`,
# a place every node reaches, for the summaries between the stages. Prints the two job ids.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage_shards=4 cost_shards=1 after=afterok memory=512 name=costagg logs=. force=
while getopts u:b:a:m:j:l:f option; do
    case $option in
    u) usage_shards=$OPTARG ;;
    b) cost_shards=$OPTARG ;;
    a) after=$OPTARG ;;
    m) memory=$OPTARG ;;
    j) name=$OPTARG ;;
    l) logs=$OPTARG ;;
    f) force=yes ;;
    *)
        sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
        exit 64
        ;;
    esac
done
shift $((OPTIND - 1))
case $after in afterok | afterany) ;; *) set -- ;; esac
if [ $# -eq 0 ]; then
    echo "submit.sh: the command of a task is missing: submit.sh … -- costagg-nightly -c FILE" >&2
    exit 64
fi

if [ -z "$force" ] && [ -n "$(squeue --noheader --name="$name-usage,$name-cost")" ]; then
    echo "submit.sh: jobs of the name $name are still queued or running: squeue --name=$name-usage" >&2
    exit 75
fi

submit() {
    local stage=$1 shards=$2
    shift 2
    COSTAGG_MEMORY_LIMIT=${memory}MiB sbatch --parsable --job-name="$name-$stage" \
        --array="0-$((shards - 1))" --mem="$((memory * 5 / 4))M" \
        --output="$logs/$name-$stage-%A_%a.log" "$@" --stage="$stage"
}

usage_job=$(submit usage "$usage_shards" "$here/stage.sbatch" "$@")
echo "$usage_job"
if [ "$cost_shards" -gt 0 ]; then
    submit cost "$cost_shards" --dependency="$after:$usage_job" --kill-on-invalid-dep=yes \
        "$here/stage.sbatch" "$@"
fi
