// A bare scan: reads the columns that a run needs with Arrow's own reader, text as dictionaries,
// adds nothing up and writes nothing.
//
//   bare_scan INPUT usage|hourly|cost
//
// `usage` reads the daily reports and of the hourly pod report what node capacity needs; `hourly`
// reads whole hourly reports, as a month without daily ones; `cost` reads the bill besides. Prints
// the number of rows.
#include <arrow/api.h>
#include <parquet/arrow/reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using names = std::vector<std::string>;

#define REPORT_COLUMN(name, layout, required) #name,
const names pod_columns = {
#include "decode/pod_usage.def"
};
const names storage_columns = {
#include "decode/storage_usage.def"
};
const names node_columns = {
#include "decode/node_labels.def"
};
const names namespace_columns = {
#include "decode/namespace_labels.def"
};
const names bill_columns = {
#include "decode/bill_line.def"
};
const names capacity_columns = {"interval_start", "node", "node_capacity_cpu_core_seconds",
                                "node_capacity_memory_byte_seconds"};
const names disk_columns = {"lineitem_resourceid", "lineitem_usagestartdate",
                            "lineitem_unblendedrate", "lineitem_unblendedcost"};

enum job { JOB_USAGE = 1, JOB_HOURLY = 2, JOB_COST = 4 };

struct part {
    const char *folder; // a report's folder in the report-first layout
    const names &columns;
    int jobs;
};

const part parts[] = {
    {"/openshift_pod_usage_line_items/", capacity_columns, JOB_USAGE | JOB_COST},
    {"/openshift_pod_usage_line_items_daily/", pod_columns, JOB_USAGE | JOB_COST},
    {"/openshift_storage_usage_line_items_daily/", storage_columns, JOB_USAGE | JOB_COST},
    {"/openshift_node_labels_line_items_daily/", node_columns, JOB_USAGE | JOB_COST},
    {"/openshift_namespace_labels_line_items_daily/", namespace_columns, JOB_USAGE | JOB_COST},
    {"/openshift_pod_usage_line_items/", pod_columns, JOB_HOURLY},
    {"/openshift_storage_usage_line_items/", storage_columns, JOB_HOURLY},
    {"/openshift_node_labels_line_items/", node_columns, JOB_HOURLY},
    {"/openshift_namespace_labels_line_items/", namespace_columns, JOB_HOURLY},
    {"/aws_line_items/", disk_columns, JOB_COST},
    {"/aws_line_items_daily/", bill_columns, JOB_COST},
};

void check(const arrow::Status &status)
{
    if (!status.ok())
        throw std::runtime_error(status.ToString());
}

template <typename T> T take(arrow::Result<T> result)
{
    check(result.status());
    return std::move(result).ValueOrDie();
}

int64_t scan_file(const std::string &path, const names &columns)
{
    auto file = parquet::ParquetFileReader::OpenFile(path);
    auto metadata = file->metadata();
    parquet::ArrowReaderProperties properties(/*use_threads=*/false);
    properties.set_batch_size(64 * 1024);
    std::vector<int> leaves, row_groups;
    for (const std::string &name : columns) {
        int leaf = metadata->schema()->ColumnIndex(name);
        if (leaf < 0)
            continue;
        leaves.push_back(leaf);
        if (metadata->schema()->Column(leaf)->physical_type() == parquet::Type::BYTE_ARRAY)
            properties.set_read_dictionary(leaf, true);
    }
    for (int i = 0; i < metadata->num_row_groups(); i++)
        row_groups.push_back(i);
    auto reader = take(parquet::arrow::FileReader::Make(arrow::default_memory_pool(),
                                                        std::move(file), properties));
    auto batches = take(reader->GetRecordBatchReader(row_groups, leaves));
    int64_t rows = 0;
    for (;;) {
        std::shared_ptr<arrow::RecordBatch> batch;
        check(batches->ReadNext(&batch));
        if (batch == nullptr)
            return rows;
        rows += batch->num_rows();
    }
}

void run(const fs::path &input, int job)
{
    std::vector<std::string> files;
    int64_t rows = 0;
    for (const auto &entry : fs::recursive_directory_iterator(input))
        if (entry.path().extension() == ".parquet")
            files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    for (const part &part : parts)
        for (const std::string &file : files)
            if ((part.jobs & job) != 0 && file.find(part.folder) != std::string::npos)
                rows += scan_file(file, part.columns);
    std::printf("%lld rows\n", static_cast<long long>(rows));
}

} // namespace

int main(int argc, char **argv)
{
    const std::string name = argc == 3 ? argv[2] : "";
    int job = name == "usage"    ? JOB_USAGE
              : name == "hourly" ? JOB_HOURLY
              : name == "cost"   ? JOB_COST
                                 : 0;
    if (job == 0) {
        std::fprintf(stderr, "usage: bare_scan INPUT usage|hourly|cost\n");
        return 64;
    }
    try {
        run(argv[1], job);
    } catch (const std::exception &problem) {
        std::fprintf(stderr, "bare_scan: %s\n", problem.what());
        return 1;
    }
    return 0;
}
