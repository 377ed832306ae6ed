// A bare write: the rows of a result folder again through Arrow's Parquet writer.
//
//   bare_write RESULT OUT
//
// Reads every Parquet file below RESULT into memory, text as dictionaries, and writes it under OUT
// with the codec and encodings that it had. Prints the CPU and wall seconds of the writing alone:
// what costagg takes for writing more than this, its own code takes.
#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/writer.h>
#include <parquet/metadata.h>

#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

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

struct loaded {
    std::shared_ptr<arrow::Table> table;
    std::shared_ptr<parquet::WriterProperties> properties;
    int64_t row_group_rows;
};

bool has_dictionary(const parquet::ColumnChunkMetaData &column)
{
    for (auto encoding : column.encodings())
        if (encoding == parquet::Encoding::RLE_DICTIONARY ||
            encoding == parquet::Encoding::PLAIN_DICTIONARY)
            return true;
    return false;
}

loaded load(const fs::path &path)
{
    auto parquet_reader = parquet::ParquetFileReader::OpenFile(path.string());
    auto metadata = parquet_reader->metadata();
    parquet::ArrowReaderProperties reading;
    parquet::WriterProperties::Builder writing;
    writing.disable_dictionary();
    for (int i = 0; i < metadata->num_columns() && metadata->num_row_groups() > 0; i++) {
        auto column = metadata->RowGroup(0)->ColumnChunk(i);
        std::string name = column->path_in_schema()->ToDotString();
        reading.set_read_dictionary(i, column->type() == parquet::Type::BYTE_ARRAY);
        writing.compression(name, column->compression());
        if (column->compression() == parquet::Compression::ZSTD)
            writing.compression_level(name, 1);
        if (has_dictionary(*column))
            writing.enable_dictionary(name);
    }
    auto reader = take(parquet::arrow::FileReader::Make(arrow::default_memory_pool(),
                                                        std::move(parquet_reader), reading));
    std::shared_ptr<arrow::Table> table = take(reader->ReadTable());
    int64_t rows = metadata->num_row_groups() > 0 ? metadata->RowGroup(0)->num_rows() : 1;
    return {take(arrow::DictionaryUnifier::UnifyTable(*table)), writing.build(), rows};
}

double cpu_seconds()
{
    timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void run(const fs::path &result, const fs::path &out)
{
    fs::create_directories(out);
    int64_t rows = 0;
    int number = 0;
    double cpu = 0, wall = 0;
    for (const auto &entry : fs::recursive_directory_iterator(result)) {
        if (entry.path().extension() != ".parquet")
            continue;
        loaded file = load(entry.path());
        auto began = std::chrono::steady_clock::now();
        double began_cpu = cpu_seconds();
        fs::path target = out / (std::to_string(number++) + ".parquet");
        auto stream = take(arrow::io::FileOutputStream::Open(target.string()));
        check(parquet::arrow::WriteTable(*file.table, arrow::default_memory_pool(), stream,
                                         std::max<int64_t>(file.row_group_rows, 1),
                                         file.properties));
        check(stream->Close());
        cpu += cpu_seconds() - began_cpu;
        wall += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
        rows += file.table->num_rows();
    }
    std::printf("%lld rows, %.3f CPU s, %.3f s\n", static_cast<long long>(rows), cpu, wall);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::fprintf(stderr, "usage: bare_write RESULT OUT\n");
        return 64;
    }
    try {
        run(argv[1], argv[2]);
    } catch (const std::exception &problem) {
        std::fprintf(stderr, "bare_write: %s\n", problem.what());
        return 1;
    }
    return 0;
}
