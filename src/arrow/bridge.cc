/* The only C++ of the program; bridge.h says what it promises.
 *
 * Of a Parquet file Arrow reads the footer, fetches bytes and unpacks every codec but snappy; what
 * pages hold is decoded by parquet/, straight into batches, dictionary and indices as they stand in
 * the file. Column chunks with rarer encodings go through Parquet's column readers. */
#include "arrow/bridge.h"

#include "parquet/data_page.h"
#include "parquet/snappy_unpack.h"
#include "parquet/text_index.h"

extern "C" {
#include "base/arena.h"
}

#include <arrow/api.h>
#include <arrow/c/bridge.h>
#include <arrow/filesystem/s3fs.h>
#include <arrow/io/api.h>
#include <arrow/io/caching.h>
#include <arrow/util/compression.h>
#include <arrow/util/io_util.h>
#include <parquet/api/reader.h>
#include <parquet/api/writer.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <future>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using arrow::Buffer;
using arrow::Result;
using arrow::Status;
using std::shared_ptr;
using std::string;
using std::unique_ptr;

namespace
{

std::atomic<int64_t> bytes_read{0};
std::atomic<int64_t> files_opened{0};
std::atomic<int64_t> retries_made{0};

/* Memory comes from jemalloc, where Arrow has it: scanning 60 files of 10 M rows peaks at 32 MB
 * with it and with the system's malloc, at 52 MB with mimalloc, Arrow's own choice; malloc takes
 * half as long again, because it gives every large buffer back to the kernel at once. Arrow reads
 * its choice from the environment when memory is first asked for, also by parts of it that take no
 * pool; so that is where it is told, before main and its threads, unless somebody has said
 * otherwise (sanitizers see more with ARROW_DEFAULT_MEMORY_POOL=system). */
__attribute__((constructor)) void choose_memory_pool()
{
    arrow::MemoryPool *jemalloc = nullptr;
    if (arrow::jemalloc_memory_pool(&jemalloc).ok())
        setenv("ARROW_DEFAULT_MEMORY_POOL", "jemalloc", 0);
}

/* Pools with a bound, in the order they were asked for. Never freed: what they gave out may live
 * until the process ends. */
std::vector<arrow::CappedMemoryPool *> *bounded_pools = nullptr;
std::atomic<arrow::MemoryPool *> bounded_pool{nullptr};
int64_t pool_bound = 0;

arrow::MemoryPool *pool()
{
    arrow::MemoryPool *bounded = bounded_pool;
    return bounded != nullptr ? bounded : arrow::default_memory_pool();
}

} // namespace

/* ---- stores ---- */

struct arrow_store {
    string location; /* as given */
    string root;     /* folder, or bucket/prefix */
    string bucket;   /* empty: a local store */
    string endpoint; /* for messages */
    shared_ptr<arrow::fs::S3FileSystem> s3;
    std::atomic<bool> bucket_seen{false};

    /* Footers that arrow_file_open() has read, and whole objects that are small, so that a scan
     * needs no round trip for them. Only on S3, and bounded: a footer of many columns takes far
     * more memory than room in the file. */
    struct footer {
        int64_t size;
        shared_ptr<parquet::FileMetaData> metadata;
        shared_ptr<Buffer> object; /* null: not kept */
    };
    std::mutex footers_lock;
    std::unordered_map<string, footer> footers;
    int64_t footer_columns = 0;
    int64_t object_bytes = 0;

    string full(const string &path) const
    {
        if (path.empty())
            return root;
        return root.empty() ? path : root.back() == '/' ? root + path : root + "/" + path;
    }

    /* As messages name a file. */
    string shown(const string &path) const
    {
        if (path.empty())
            return location;
        return location.back() == '/' ? location + path : location + "/" + path;
    }
};

namespace
{

const int64_t FOOTER_COLUMNS_KEPT = 64 * 1024;

/* An object of so many bytes is fetched whole: that is one request instead of three or more, and
 * fewer bytes than ranges of it that are fetched as one to save a request. */
const int64_t SMALL_OBJECT = 256 * 1024;
const int64_t OBJECT_BYTES_KEPT = 16 << 20;
const int DEEPEST_FOLDER = 64; /* ends a loop of symbolic links */

enum class intent { READ, WRITE };

bool fail(struct error *error, enum error_kind kind, const string &message)
{
    return error_set(error, kind, "%s", message.c_str());
}

bool fail_errno(struct error *error, int code, const string &what, intent intent)
{
    enum error_kind kind = intent == intent::WRITE ? ERROR_NO_OUTPUT : ERROR_NO_INPUT;
    if (code == EMFILE || code == ENFILE)
        return fail(error, kind, what + ": too many open files: raise the limit (ulimit -n)");
    return fail(error, kind, what + ": " + strerror(code));
}

bool contains(const string &text, const char *part)
{
    return text.find(part) != string::npos;
}

/* What an S3 failure means to the person who has to act. The SDK's own text is kept only where
 * nothing better is known: it is long and names neither bucket nor server. */
bool fail_s3(struct error *error, const arrow_store &store, const string &what,
             const string &message, intent intent)
{
    enum error_kind missing = intent == intent::WRITE ? ERROR_NO_OUTPUT : ERROR_NO_INPUT;
    const string server = what + ": " + store.endpoint;
    if (contains(message, "NO_SUCH_BUCKET") || contains(message, "NoSuchBucket") ||
        (contains(message, "Bucket '") && contains(message, "not found")))
        return fail(error, missing,
                    what + ": bucket '" + store.bucket + "' does not exist at " + store.endpoint +
                        ": check its name and the endpoint");
    for (const char *code :
         {"ACCESS_DENIED", "AccessDenied", "INVALID_ACCESS_KEY_ID", "InvalidAccessKeyId",
          "SIGNATURE_DOES_NOT_MATCH", "SignatureDoesNotMatch", "INVALID_CLIENT_TOKEN",
          "INVALID_SIGNATURE", "UNRECOGNIZED_CLIENT", "MISSING_AUTHENTICATION_TOKEN",
          "ExpiredToken", "HTTP status 401", "HTTP status 403"})
        if (contains(message, code))
            return fail(error, ERROR_UNREACHABLE,
                        server + " refuses access to bucket '" + store.bucket +
                            "': check access key, secret key and the rights of that key");
    if (contains(message, "PERMANENT_REDIRECT") || contains(message, "HTTP status 301") ||
        contains(message, "AuthorizationHeaderMalformed"))
        return fail(error, ERROR_UNREACHABLE,
                    server + ": bucket '" + store.bucket +
                        "' lies in another region: set the S3 region");
    if (contains(message, "resolve host") || contains(message, "curlCode: 6,"))
        return fail(error, ERROR_UNREACHABLE,
                    server + ": the host name cannot be resolved: check the S3 endpoint");
    if (contains(message, "curlCode: 35,") || contains(message, "curlCode: 60,") ||
        contains(message, "curlCode: 77,") || contains(message, "certificate"))
        return fail(error, ERROR_UNREACHABLE,
                    server + ": no trusted TLS connection: check the CA bundle, and http or https "
                             "in the S3 endpoint");
    if (contains(message, "connect to server") || contains(message, "onnection refused") ||
        contains(message, "curlCode: 7,"))
        return fail(error, ERROR_UNREACHABLE,
                    server +
                        ": connection refused: check that the server is up and the S3 endpoint "
                        "right");
    if (contains(message, "onnection reset") || contains(message, "curlCode: 52,") ||
        contains(message, "curlCode: 56,"))
        return fail(error, ERROR_UNREACHABLE,
                    server + ": the connection was closed: check http or https in the S3 endpoint "
                             "and the network");
    if (contains(message, "imeout was reached") || contains(message, "curlCode: 28,"))
        return fail(error, ERROR_UNREACHABLE,
                    server + ": no answer in time: check the S3 endpoint and the network");
    if (contains(message, "NO_SUCH_KEY") || contains(message, "RESOURCE_NOT_FOUND") ||
        contains(message, "HTTP status 404") || contains(message, "Path does not exist"))
        return fail(error, missing, what + ": no such object");
    return fail(error, ERROR_UNREACHABLE, server + ": " + message);
}

bool fail_status(struct error *error, const Status &status, const arrow_store &store,
                 const string &path, intent intent)
{
    const string what = store.shown(path);
    if (int code = arrow::internal::ErrnoFromStatus(status); code != 0 && store.s3 == nullptr)
        return fail_errno(error, code, what, intent);
    if (status.IsOutOfMemory() && bounded_pool != nullptr)
        return fail(error, ERROR_BAD_CONFIG,
                    what + ": unpacks to more than --memory-limit: raise it, or have the file "
                           "written with smaller pages");
    if (status.IsOutOfMemory())
        return fail(error, ERROR_INTERNAL, what + ": out of memory");
    /* A damaged page is an IOError, too. Thrift's messages end in a line of their own. */
    const string message = status.message().substr(0, status.message().find('\n'));
    if (store.s3 != nullptr && (contains(message, "AWS Error") || contains(message, "Bucket '") ||
                                contains(message, "Path does not exist")))
        return fail_s3(error, store, what, message, intent);
    if (intent == intent::READ)
        return fail(error, ERROR_BAD_DATA, what + ": a damaged Parquet file: " + message);
    return fail(error, ERROR_NO_OUTPUT, what + ": " + message);
}

/* Runs `body`, which returns bool or throws, and turns what it throws into an error. */
template <typename Body>
bool guarded(struct error *error, const arrow_store &store, const string &path, intent intent,
             Body body)
{
    try {
        return body();
    } catch (const parquet::ParquetStatusException &thrown) {
        return fail_status(error, thrown.status(), store, path, intent);
    } catch (const parquet::ParquetException &thrown) {
        return fail_status(error, Status::Invalid(thrown.what()), store, path, intent);
    } catch (const std::bad_alloc &) {
        return fail(error, ERROR_INTERNAL, store.shown(path) + ": out of memory");
    } catch (const std::exception &thrown) {
        return fail(error, ERROR_INTERNAL, store.shown(path) + ": " + thrown.what());
    }
}

/* The value of a result; the status as an exception for guarded() otherwise. */
template <typename T> T take(Result<T> result)
{
    if (!result.ok())
        throw parquet::ParquetStatusException(result.status());
    return std::move(result).ValueUnsafe();
}

void check(const Status &status)
{
    if (!status.ok())
        throw parquet::ParquetStatusException(status);
}

/* Retries what the SDK calls transient, with doubling waits that are spread at random, so that
 * workers which failed together don't come back together. */
class counted_retries : public arrow::fs::S3RetryStrategy
{
  public:
    explicit counted_retries(int most) : most_(most)
    {
    }

    bool ShouldRetry(const AWSErrorDetail &detail, int64_t attempted) override
    {
        if (!detail.should_retry || attempted >= most_)
            return false;
        retries_made++;
        return true;
    }

    int64_t CalculateDelayBeforeNextRetry(const AWSErrorDetail &, int64_t attempted) override
    {
        static thread_local std::minstd_rand random(std::random_device{}());
        int64_t longest = std::min<int64_t>(5000, int64_t{100} << std::min<int64_t>(attempted, 6));
        return longest / 2 + static_cast<int64_t>(random()) % (longest / 2);
    }

  private:
    int most_;
};

std::mutex s3_lock;
enum { S3_UNUSED, S3_READY, S3_CLOSED } s3_state = S3_UNUSED;

/* The SDK takes threads and some 10 ms, so it is started by the first S3 location only. */
bool start_s3(struct error *error)
{
    std::lock_guard<std::mutex> guard(s3_lock);
    if (s3_state == S3_READY)
        return true;
    if (s3_state == S3_CLOSED)
        return fail(error, ERROR_INTERNAL, "S3 was closed already");
    arrow::fs::S3GlobalOptions options;
    options.log_level = arrow::fs::S3LogLevel::Off;
    options.num_event_loop_threads = 1;
    options.install_sigpipe_handler = true;
    Status status = arrow::fs::InitializeS3(options);
    if (!status.ok())
        return fail(error, ERROR_INTERNAL, "S3 cannot be started: " + status.message());
    s3_state = S3_READY;
    return true;
}

string text_or_empty(const char *text)
{
    return text == nullptr ? "" : text;
}

bool open_s3(const string &location, const struct arrow_s3_options *given, arrow_store *store,
             struct error *error)
{
    static const struct arrow_s3_options none = {};
    const struct arrow_s3_options &s3 = given == nullptr ? none : *given;
    string path = location.substr(strlen("s3://"));
    while (!path.empty() && path.back() == '/')
        path.pop_back();
    store->root = path;
    store->bucket = path.substr(0, path.find('/'));
    if (store->bucket.empty())
        return fail(error, ERROR_BAD_CONFIG,
                    location + ": no bucket: a location on S3 is s3://BUCKET/PREFIX");
    TRY(start_s3(error));

    arrow::fs::S3Options options;
    if (s3.access_key == nullptr)
        options.ConfigureDefaultCredentials();
    else if (s3.access_key[0] == '\0')
        options.ConfigureAnonymousCredentials();
    else
        options.ConfigureAccessKey(s3.access_key, text_or_empty(s3.secret_key),
                                   text_or_empty(s3.session_token));
    options.region = s3.region == nullptr || s3.region[0] == '\0' ? "us-east-1" : s3.region;
    string endpoint = text_or_empty(s3.endpoint);
    store->endpoint = endpoint.empty() ? "AWS S3 (" + options.region + ")" : endpoint;
    if (size_t end = endpoint.find("://"); end != string::npos) {
        options.scheme = endpoint.substr(0, end);
        endpoint = endpoint.substr(end + 3);
        if (options.scheme != "http" && options.scheme != "https")
            return fail(error, ERROR_BAD_CONFIG,
                        "S3 endpoint " + store->endpoint + ": neither http:// nor https://");
    }
    while (!endpoint.empty() && endpoint.back() == '/')
        endpoint.pop_back();
    options.endpoint_override = endpoint;
    options.tls_ca_file_path = text_or_empty(s3.ca_bundle);
    options.tls_verify_certificates = !s3.insecure_tls;
    if (!options.tls_ca_file_path.empty() && access(s3.ca_bundle, R_OK) != 0)
        return fail(error, ERROR_BAD_CONFIG,
                    "CA bundle " + options.tls_ca_file_path + ": " + strerror(errno));
    if (s3.connect_timeout_seconds > 0)
        options.connect_timeout = s3.connect_timeout_seconds;
    if (s3.request_timeout_seconds > 0)
        options.request_timeout = s3.request_timeout_seconds;
    options.retry_strategy = std::make_shared<counted_retries>(s3.retries < 0 ? 4 : s3.retries);
    store->s3 = take(arrow::fs::S3FileSystem::Make(options));
    return true;
}

/* A new name is safe only when the folder that holds it is. */
bool sync_folder(const string &folder, struct error *error)
{
    int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed = descriptor < 0 || fsync(descriptor) != 0 ? errno : 0;
    if (descriptor >= 0)
        close(descriptor);
    /* some file systems cannot sync a folder and say EINVAL */
    return failed == 0 || failed == EINVAL || fail_errno(error, failed, folder, intent::WRITE);
}

string folder_of(const string &path)
{
    size_t slash = path.rfind('/');
    return slash == string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/* Makes a folder and those above it. */
bool make_folders(const string &folder, struct error *error)
{
    for (size_t end = 0; end != string::npos;) {
        end = folder.find('/', end + 1);
        string part = folder.substr(0, end);
        if (mkdir(part.c_str(), 0777) == 0)
            TRY(sync_folder(folder_of(part), error));
        else if (errno != EEXIST)
            return fail_errno(error, errno, part, intent::WRITE);
    }
    return true;
}

bool open_local(const string &location, bool create, arrow_store *store, struct error *error)
{
    store->root = location;
    if (create)
        TRY(make_folders(location, error));
    struct stat info;
    if (stat(location.c_str(), &info) != 0)
        return fail_errno(error, errno, location, create ? intent::WRITE : intent::READ);
    if (!S_ISDIR(info.st_mode))
        return fail_errno(error, ENOTDIR, location, create ? intent::WRITE : intent::READ);
    return true;
}

void close_store(void *store)
{
    delete static_cast<arrow_store *>(store);
}

} // namespace

bool arrow_store_open(const char *location, const struct arrow_s3_options *s3, bool create,
                      struct arena *arena, struct arrow_store **store, struct error *error)
{
    auto opened = std::make_unique<arrow_store>();
    opened->location = location;
    if (opened->location.empty())
        return fail(error, ERROR_BAD_CONFIG, "an empty location: give a directory or s3://BUCKET");
    bool remote = opened->location.rfind("s3://", 0) == 0;
    TRY(guarded(error, *opened, "", create ? intent::WRITE : intent::READ, [&] {
        return remote ? open_s3(opened->location, s3, opened.get(), error)
                      : open_local(opened->location, create, opened.get(), error);
    }));
    *store = opened.release();
    arena_on_close(arena, close_store, *store);
    return true;
}

const char *arrow_store_location(const struct arrow_store *store)
{
    return store->location.c_str();
}

/* ---- listing ---- */

namespace
{

struct found_file {
    string path; /* below the root */
    int64_t size;
    int64_t modified_ns;
};

int64_t modified_ns(const struct stat &info)
{
    return static_cast<int64_t>(info.st_mtim.tv_sec) * 1000000000 + info.st_mtim.tv_nsec;
}

/* Walks a local folder; a missing `folder` gives nothing when it is the one asked for. */
bool list_local(const arrow_store &store, const string &folder, int depth, bool recurse,
                std::vector<found_file> *files, std::vector<string> *folders, struct error *error)
{
    string full = store.full(folder);
    DIR *stream = opendir(full.c_str());
    if (stream == nullptr) {
        if ((errno == ENOENT || errno == ENOTDIR) && depth == 0)
            return true;
        return fail_errno(error, errno, full, intent::READ);
    }
    unique_ptr<DIR, int (*)(DIR *)> owned(stream, closedir);
    if (depth > DEEPEST_FOLDER)
        return fail_errno(error, ELOOP, full, intent::READ);
    errno = 0;
    while (struct dirent *entry = readdir(stream)) {
        string name = entry->d_name;
        if (name == "." || name == "..")
            continue;
        struct stat info;
        if (fstatat(dirfd(stream), entry->d_name, &info, 0) != 0) {
            if (errno != ENOENT) /* a dangling link, or removed meanwhile */
                return fail_errno(error, errno, full + "/" + name, intent::READ);
        } else if (S_ISDIR(info.st_mode)) {
            folders->push_back(name);
            if (recurse)
                TRY(list_local(store, folder.empty() ? name : folder + "/" + name, depth + 1, true,
                               files, folders, error));
        } else if (S_ISREG(info.st_mode)) {
            files->push_back(
                {folder.empty() ? name : folder + "/" + name, info.st_size, modified_ns(info)});
        }
        errno = 0;
    }
    if (errno != 0)
        return fail_errno(error, errno, full, intent::READ);
    return true;
}

/* Arrow takes a listing of a bucket that is not there for an empty one. That we may not ask about
 * the bucket itself is no failure: a key can be allowed to list some prefixes only. */
void check_bucket(arrow_store *store)
{
    if (store->bucket_seen)
        return;
    auto info = store->s3->GetFileInfo(store->bucket);
    if (info.ok() && info->type() == arrow::fs::FileType::NotFound)
        check(Status::IOError("Bucket '", store->bucket, "' not found"));
    store->bucket_seen = true;
}

void list_s3(arrow_store *store, const string &folder, bool recurse, std::vector<found_file> *files,
             std::vector<string> *folders)
{
    arrow::fs::FileSelector selector;
    selector.base_dir = store->full(folder);
    selector.allow_not_found = true;
    selector.recursive = recurse;
    auto found = take(store->s3->GetFileInfo(selector));
    if (found.empty())
        check_bucket(store);
    size_t root = store->root.size() + 1;
    for (const auto &info : found) {
        if (info.type() == arrow::fs::FileType::Directory)
            folders->push_back(info.base_name());
        else if (info.type() == arrow::fs::FileType::File)
            files->push_back(
                {info.path().substr(root), info.size(), info.mtime().time_since_epoch().count()});
    }
}

bool list(arrow_store &store, const char *prefix, bool recurse, std::vector<found_file> *files,
          std::vector<string> *folders, struct error *error)
{
    string folder = prefix;
    while (!folder.empty() && folder.back() == '/')
        folder.pop_back();
    return guarded(error, store, folder, intent::READ, [&] {
        if (store.s3 == nullptr)
            return list_local(store, folder, 0, recurse, files, folders, error);
        list_s3(&store, folder, recurse, files, folders);
        return true;
    });
}

} // namespace

bool arrow_store_list(struct arrow_store *store, const char *prefix, struct arena *arena,
                      struct arrow_entry **entries, size_t *count, struct error *error)
{
    std::vector<found_file> files;
    std::vector<string> folders;
    TRY(list(*store, prefix, true, &files, &folders, error));
    std::sort(files.begin(), files.end(),
              [](const found_file &a, const found_file &b) { return a.path < b.path; });
    *count = files.size();
    *entries =
        static_cast<struct arrow_entry *>(arena_alloc_array(arena, files.size(), sizeof **entries));
    for (size_t i = 0; i < files.size(); i++)
        (*entries)[i] = {arena_copy(arena, files[i].path.data(), files[i].path.size()),
                         files[i].size, files[i].modified_ns};
    return true;
}

bool arrow_store_folders(struct arrow_store *store, const char *prefix, struct arena *arena,
                         const char ***names, size_t *count, struct error *error)
{
    std::vector<found_file> files;
    std::vector<string> folders;
    TRY(list(*store, prefix, false, &files, &folders, error));
    std::sort(folders.begin(), folders.end());
    *count = folders.size();
    *names = static_cast<const char **>(arena_alloc_array(arena, folders.size(), sizeof **names));
    for (size_t i = 0; i < folders.size(); i++)
        (*names)[i] = arena_copy(arena, folders[i].data(), folders[i].size());
    return true;
}

/* ---- whole objects ---- */

namespace
{

/* `size` ≥ 0 spares S3 a question. */
shared_ptr<arrow::io::RandomAccessFile> open_input(const arrow_store &store, const string &path,
                                                   int64_t size)
{
    files_opened++;
    if (store.s3 == nullptr)
        return take(arrow::io::ReadableFile::Open(store.full(path), pool()));
    if (size < 0)
        return take(store.s3->OpenInputFile(store.full(path)));
    arrow::fs::FileInfo info(store.full(path), arrow::fs::FileType::File);
    info.set_size(size);
    return take(store.s3->OpenInputFile(info));
}

/* A file on the local disk that takes its name only when it is complete and on the disk. */
class pending_file
{
  public:
    ~pending_file()
    {
        discard();
    }

    bool open(const string &path, struct error *error)
    {
        static std::atomic<unsigned> serial{0};
        folder_ = folder_of(path);
        TRY(make_folders(folder_, error));
        string name = path.substr(path.rfind('/') + 1);
        path_ = path;
        temporary_ = folder_ + "/." + name + ".tmp-" + std::to_string(getpid()) + "-" +
                     std::to_string(serial++);
        descriptor_ = ::open(temporary_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        if (descriptor_ < 0)
            return fail_errno(error, errno, path_, intent::WRITE);
        return true;
    }

    int descriptor() const
    {
        return descriptor_;
    }

    bool publish(struct error *error)
    {
        int closing = descriptor_;
        if (fsync(descriptor_) != 0)
            return fail_errno(error, errno, path_, intent::WRITE);
        descriptor_ = -1;
        if (close(closing) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0)
            return fail_errno(error, errno, path_, intent::WRITE);
        temporary_.clear();
        return sync_folder(folder_, error);
    }

    void discard()
    {
        if (descriptor_ >= 0)
            close(descriptor_);
        descriptor_ = -1;
        if (!temporary_.empty())
            unlink(temporary_.c_str());
        temporary_.clear();
    }

  private:
    string path_, folder_, temporary_;
    int descriptor_ = -1;
};

/* Parquet's way into a pending_file. Small writes (page headers) are gathered. */
class pending_stream : public arrow::io::OutputStream
{
  public:
    explicit pending_stream(pending_file *file) : file_(file)
    {
        gathered_.reserve(GATHERED);
    }

    Status Write(const void *data, int64_t count) override
    {
        if (closed_)
            return Status::IOError("closed");
        const char *from = static_cast<const char *>(data);
        size_t size = static_cast<size_t>(count);
        position_ += count;
        if (gathered_.size() + size > GATHERED)
            ARROW_RETURN_NOT_OK(Flush());
        if (size > GATHERED)
            return write_all(from, size);
        gathered_.append(from, size);
        return Status::OK();
    }
    using arrow::io::OutputStream::Write;

    Status Flush() override
    {
        Status status = write_all(gathered_.data(), gathered_.size());
        gathered_.clear();
        return status;
    }
    Status Close() override
    {
        closed_ = true;
        return Status::OK();
    }
    Status Abort() override
    {
        return Close();
    }
    bool closed() const override
    {
        return closed_;
    }
    Result<int64_t> Tell() const override
    {
        return position_;
    }

  private:
    enum : size_t { GATHERED = 256 * 1024 };
    enum : int64_t { AT_ONCE = 8 << 20 };

    Status write_all(const char *from, size_t size)
    {
        while (size > 0) {
            ssize_t written = write(file_->descriptor(), from, size);
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                return arrow::internal::IOErrorFromErrno(errno, "write");
            from += written;
            size -= static_cast<size_t>(written);
            written_ += written;
        }
        start_writing();
        return Status::OK();
    }

    /* Has the kernel write what it was given so far, so that fsync() at the end need not wait for
     * all of it. A hint: a file system that does not take it loses nothing. */
    void start_writing()
    {
        if (written_ - started_ < AT_ONCE)
            return;
        (void)sync_file_range(file_->descriptor(), started_, written_ - started_,
                              SYNC_FILE_RANGE_WRITE);
        started_ = written_;
    }

    pending_file *file_;
    string gathered_;
    int64_t position_ = 0;
    int64_t written_ = 0; /* given to the kernel, */
    int64_t started_ = 0; /* which was told to bring it to the disk up to there */
    bool closed_ = false;
};

} // namespace

bool arrow_store_read(struct arrow_store *store, const char *path, struct arena *arena,
                      char **bytes, size_t *length, struct error *error)
{
    return guarded(error, *store, path, intent::READ, [&] {
        auto file = open_input(*store, path, -1);
        auto buffer = take(file->ReadAt(0, take(file->GetSize())));
        *length = static_cast<size_t>(buffer->size());
        bytes_read += buffer->size();
        *bytes = arena_copy(arena, reinterpret_cast<const char *>(buffer->data()), *length);
        return true;
    });
}

bool arrow_store_write(struct arrow_store *store, const char *path, const char *bytes,
                       size_t length, struct error *error)
{
    return guarded(error, *store, path, intent::WRITE, [&] {
        if (store->s3 != nullptr) {
            auto stream = take(store->s3->OpenOutputStream(store->full(path), nullptr));
            Status status = stream->Write(bytes, static_cast<int64_t>(length));
            if (!status.ok())
                (void)stream->Abort();
            check(status);
            check(stream->Close());
            return true;
        }
        pending_file file;
        TRY(file.open(store->full(path), error));
        pending_stream stream(&file);
        check(stream.Write(bytes, static_cast<int64_t>(length)));
        check(stream.Flush());
        return file.publish(error);
    });
}

bool arrow_store_move(struct arrow_store *store, const char *from, const char *to,
                      struct error *error)
{
    return guarded(error, *store, to, intent::WRITE, [&] {
        if (store->s3 != nullptr) {
            check(store->s3->Move(store->full(from), store->full(to)));
            return true;
        }
        string target = store->full(to);
        string folder = folder_of(target);
        TRY(make_folders(folder, error));
        if (rename(store->full(from).c_str(), target.c_str()) != 0)
            return fail_errno(error, errno, target, intent::WRITE);
        return sync_folder(folder, error);
    });
}

bool arrow_store_remove(struct arrow_store *store, const char *path, struct error *error)
{
    return guarded(error, *store, path, intent::WRITE, [&] {
        if (store->s3 == nullptr) {
            if (unlink(store->full(path).c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
                return fail_errno(error, errno, store->shown(path), intent::WRITE);
            return true;
        }
        auto info = take(store->s3->GetFileInfo(store->full(path)));
        if (info.type() == arrow::fs::FileType::File)
            check(store->s3->DeleteFile(store->full(path)));
        return true;
    });
}

bool arrow_store_version(struct arrow_store *store, const char *path, struct arena *arena,
                         const char **version, struct error *error)
{
    return guarded(error, *store, path, intent::READ, [&] {
        if (store->s3 == nullptr) {
            struct stat info;
            if (stat(store->full(path).c_str(), &info) != 0)
                return fail_errno(error, errno, store->shown(path), intent::READ);
            *version = arena_printf(arena, "%lld-%lld-%llu", static_cast<long long>(info.st_size),
                                    static_cast<long long>(modified_ns(info)),
                                    static_cast<unsigned long long>(info.st_ino));
            return true;
        }
        auto file = take(store->s3->OpenInputFile(store->full(path)));
        auto metadata = take(file->ReadMetadata());
        string tag = metadata == nullptr ? "" : metadata->Get("ETag").ValueOr("");
        if (tag.empty())
            return fail(error, ERROR_UNREACHABLE,
                        store->shown(path) + ": the server gives no ETag for it");
        *version = arena_copy(arena, tag.data(), tag.size());
        return true;
    });
}

/* ---- what a footer tells ---- */

namespace
{

/* Why a file that Parquet refuses is no Parquet file, in words of the person who put it there. */
string diagnosis(arrow::io::RandomAccessFile &file, const char *refusal)
{
    int64_t size = file.GetSize().ValueOr(0);
    if (size == 0)
        return "an empty file, no Parquet: remove it or write it again";
    auto head = file.ReadAt(0, std::min<int64_t>(size, 4));
    auto tail = file.ReadAt(std::max<int64_t>(0, size - 4), std::min<int64_t>(size, 4));
    if (!head.ok() || !tail.ok())
        return refusal;
    if ((*head)->ToString() != "PAR1" && (*head)->ToString() != "PARE")
        return "no Parquet file: it does not start with PAR1";
    if ((*tail)->ToString() != (*head)->ToString())
        return "a truncated Parquet file: its end is missing; write or upload it again";
    string what = refusal;
    return "a damaged Parquet file: " + what.substr(0, what.find('\n'));
}

/* A damaged footer may count any number of rows; what plans a run by them must not be misled. */
void check_row_counts(const parquet::FileMetaData &metadata)
{
    int64_t rows = 0;
    for (int i = 0; i < metadata.num_row_groups(); i++) {
        int64_t more = metadata.RowGroup(i)->num_rows();
        if (more < 0 || __builtin_add_overflow(rows, more, &rows))
            throw parquet::ParquetException("a row group of ", more, " rows");
    }
    if (rows != metadata.num_rows())
        throw parquet::ParquetException("the footer counts ", metadata.num_rows(),
                                        " rows, its row groups ", rows);
}

/* As above but as an error that keeps what happened on the way to the file. */
unique_ptr<parquet::ParquetFileReader> open_parquet(
    const arrow_store &store, const string &path,
    const shared_ptr<arrow::io::RandomAccessFile> &file,
    const parquet::ReaderProperties &properties, shared_ptr<parquet::FileMetaData> metadata)
{
    try {
        auto reader = parquet::ParquetFileReader::Open(file, properties, std::move(metadata));
        check_row_counts(*reader->metadata());
        return reader;
    } catch (const parquet::ParquetStatusException &thrown) {
        if (thrown.status().IsIOError() && store.s3 != nullptr)
            throw;
        throw std::invalid_argument(store.shown(path) + ": " + diagnosis(*file, thrown.what()));
    } catch (const parquet::ParquetException &thrown) {
        throw std::invalid_argument(store.shown(path) + ": " + diagnosis(*file, thrown.what()));
    }
}

/* guarded() for Parquet input, where std::invalid_argument carries a finished message. */
template <typename Body>
bool reading(struct error *error, const arrow_store &store, const string &path, Body body)
{
    return guarded(error, store, path, intent::READ, [&] {
        try {
            return body();
        } catch (const std::invalid_argument &thrown) {
            return fail(error, ERROR_BAD_DATA, thrown.what());
        }
    });
}

int64_t columns_of(const parquet::FileMetaData &metadata)
{
    return int64_t{metadata.num_columns()} * metadata.num_row_groups();
}

int64_t bytes_of(const shared_ptr<Buffer> &object)
{
    return object == nullptr ? 0 : object->size();
}

void keep_footer(arrow_store *store, const string &path, arrow_store::footer footer)
{
    std::lock_guard<std::mutex> guard(store->footers_lock);
    if (auto old = store->footers.find(path); old != store->footers.end()) {
        store->footer_columns -= columns_of(*old->second.metadata);
        store->object_bytes -= bytes_of(old->second.object);
        store->footers.erase(old);
    }
    if (store->object_bytes + bytes_of(footer.object) > OBJECT_BYTES_KEPT)
        footer.object = nullptr;
    if (store->footer_columns + columns_of(*footer.metadata) > FOOTER_COLUMNS_KEPT)
        return;
    store->footer_columns += columns_of(*footer.metadata);
    store->object_bytes += bytes_of(footer.object);
    store->footers[path] = std::move(footer);
}

/* What is kept of a path; without metadata: nothing. */
arrow_store::footer kept_footer(arrow_store *store, const string &path)
{
    std::lock_guard<std::mutex> guard(store->footers_lock);
    auto found = store->footers.find(path);
    return found == store->footers.end() ? arrow_store::footer{-1, nullptr, nullptr}
                                         : found->second;
}

/* The object itself, fetched by one request, where it is small. */
shared_ptr<Buffer> small_object(const arrow_store &store, arrow::io::RandomAccessFile &input)
{
    int64_t size = take(input.GetSize());
    if (store.s3 == nullptr || size > SMALL_OBJECT)
        return nullptr;
    auto object = take(input.ReadAt(0, size));
    bytes_read += object->size();
    return object;
}

string lower_case(string text)
{
    for (char &c : text)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 32);
    return text;
}

/* A column's type as people know it: "double", "string", "timestamp(us)", "decimal(33, 15)". */
string type_name(const parquet::schema::Node &node)
{
    const auto &logical = node.logical_type();
    if (node.is_repeated())
        return "list";
    if (node.is_group())
        return logical != nullptr && (logical->is_list() || logical->is_map())
                   ? lower_case(logical->ToString())
                   : "struct";
    if (logical != nullptr && logical->is_timestamp()) {
        const auto &time = static_cast<const parquet::TimestampLogicalType &>(*logical);
        return time.time_unit() == parquet::LogicalType::TimeUnit::MILLIS   ? "timestamp(ms)"
               : time.time_unit() == parquet::LogicalType::TimeUnit::MICROS ? "timestamp(us)"
                                                                            : "timestamp(ns)";
    }
    if (logical != nullptr && logical->is_decimal()) {
        const auto &decimal = static_cast<const parquet::DecimalLogicalType &>(*logical);
        return "decimal(" + std::to_string(decimal.precision()) + ", " +
               std::to_string(decimal.scale()) + ")";
    }
    if (logical != nullptr && logical->is_valid() && !logical->is_none() && !logical->is_int())
        return lower_case(logical->ToString());
    auto physical = static_cast<const parquet::schema::PrimitiveNode &>(node).physical_type();
    return physical == parquet::Type::BYTE_ARRAY ? "binary"
                                                 : lower_case(parquet::TypeToString(physical));
}

/* The column of a name at the top of the schema: its leaf's number, or -1. A name that is there
 * but no plain column (a list, a struct) has a node and no number. */
int find_column(const parquet::SchemaDescriptor &schema, const string &name,
                const parquet::schema::Node **node)
{
    int field = schema.group_node()->FieldIndex(name);
    *node = field < 0 ? nullptr : schema.group_node()->field(field).get();
    if (*node == nullptr || (*node)->is_group() || (*node)->is_repeated())
        return -1;
    int leaf = 0;
    while (leaf < schema.num_columns() && schema.GetColumnRoot(leaf) != *node)
        leaf++;
    return leaf < schema.num_columns() ? leaf : -1;
}

int64_t floor_divide(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* Ticks of a timestamp column in a millisecond; 0: it is none. */
int64_t ticks_per_ms(const parquet::ColumnDescriptor &column)
{
    const auto &logical = column.logical_type();
    if (column.physical_type() != parquet::Type::INT64 || logical == nullptr ||
        !logical->is_timestamp())
        return 0;
    switch (static_cast<const parquet::TimestampLogicalType &>(*logical).time_unit()) {
    case parquet::LogicalType::TimeUnit::MILLIS:
        return 1;
    case parquet::LogicalType::TimeUnit::MICROS:
        return 1000;
    case parquet::LogicalType::TimeUnit::NANOS:
        return 1000000;
    default:
        return 0;
    }
}

const int64_t MS_PER_DAY = 86400000;

bool is_date(const parquet::ColumnDescriptor &column)
{
    const auto &logical = column.logical_type();
    return column.physical_type() == parquet::Type::INT32 && logical != nullptr &&
           logical->is_date();
}

} // namespace

struct arrow_file {
    shared_ptr<parquet::FileMetaData> metadata;
    std::vector<string> type_names; /* given out by arrow_file_column() */
    string version;                 /* ETag; empty: none */
};

bool arrow_file_open(struct arrow_store *store, const char *path, int64_t size, struct arena *arena,
                     struct arrow_file **file, struct error *error)
{
    return reading(error, *store, path, [&] {
        auto opened = std::make_unique<arrow_file>();
        auto input = open_input(*store, path, size);
        auto object = small_object(*store, *input);
        auto reader = open_parquet(
            *store, path,
            object == nullptr ? input : std::make_shared<arrow::io::BufferReader>(object),
            parquet::ReaderProperties(pool()), nullptr);
        opened->metadata = reader->metadata();
        bytes_read += object == nullptr ? opened->metadata->size() : 0;
        opened->type_names.resize(
            static_cast<size_t>(opened->metadata->schema()->group_node()->field_count()));
        if (store->s3 != nullptr) {
            keep_footer(store, path, {take(input->GetSize()), opened->metadata, object});
            auto headers = take(input->ReadMetadata());
            opened->version = headers == nullptr ? "" : headers->Get("ETag").ValueOr("");
        }
        *file = opened.release();
        arena_on_close(
            arena, [](void *owned) { delete static_cast<arrow_file *>(owned); }, *file);
        return true;
    });
}

int64_t arrow_file_rows(const struct arrow_file *file)
{
    return file->metadata->num_rows();
}

const char *arrow_file_version(const struct arrow_file *file)
{
    return file->version.empty() ? nullptr : file->version.c_str();
}

int arrow_file_row_groups(const struct arrow_file *file)
{
    return file->metadata->num_row_groups();
}

bool arrow_file_column(const struct arrow_file *file, const char *name, const char **type)
{
    const auto &group = *file->metadata->schema()->group_node();
    int field = group.FieldIndex(name);
    if (field < 0)
        return false;
    if (type != nullptr) {
        string &kept = const_cast<arrow_file *>(file)->type_names[static_cast<size_t>(field)];
        kept = type_name(*group.field(field));
        *type = kept.c_str();
    }
    return true;
}

void arrow_file_row_group(const struct arrow_file *file, int index, const char *time_column,
                          struct arrow_row_group *row_group)
{
    *row_group = {};
    try {
        auto group = file->metadata->RowGroup(index);
        row_group->rows = group->num_rows();
        row_group->bytes = group->total_compressed_size() > 0 ? group->total_compressed_size()
                                                              : group->total_byte_size();
        const parquet::schema::Node *node;
        const auto &schema = *file->metadata->schema();
        int column = find_column(schema, time_column, &node);
        if (column < 0)
            return;
        int64_t ticks = ticks_per_ms(*schema.Column(column));
        auto chunk = group->ColumnChunk(column);
        if (!chunk->is_stats_set())
            return;
        auto statistics = chunk->statistics();
        if (statistics == nullptr || !statistics->HasMinMax())
            return;
        if (ticks > 0) {
            const auto &times = static_cast<const parquet::Int64Statistics &>(*statistics);
            row_group->first_ms = floor_divide(times.min(), ticks);
            row_group->last_ms = floor_divide(times.max(), ticks);
        } else if (is_date(*schema.Column(column))) {
            const auto &days = static_cast<const parquet::Int32Statistics &>(*statistics);
            row_group->first_ms = days.min() * MS_PER_DAY;
            row_group->last_ms = days.max() * MS_PER_DAY;
        } else {
            return;
        }
        row_group->times_known = true;
    } catch (const std::exception &) {
        /* Statistics are a hint: without them the rows are read and looked at. */
        row_group->times_known = false;
    }
}

/* ---- Parquet in ---- */

namespace
{

/* How the values of a column chunk become the layout asked for. */
enum class source {
    ABSENT, /* an optional column that is missing, or one of type null */
    TEXT,
    NUMBER, /* a time or a measure: a number_kind says how it is stored */
};

const char *layout_name(enum arrow_layout layout)
{
    return layout == ARROW_TEXT ? "text" : layout == ARROW_TIME ? "timestamp" : "a number";
}

bool is_text(const parquet::ColumnDescriptor &column)
{
    const auto &logical = column.logical_type();
    return column.physical_type() == parquet::Type::BYTE_ARRAY &&
           (logical == nullptr || logical->is_none() || logical->is_string() ||
            logical->is_JSON() || logical->is_enum());
}

/* False: a column of this type holds no times. */
bool find_time_kind(const parquet::ColumnDescriptor &column, struct number_kind *kind)
{
    *kind = {NUMBER_TIME, sizeof(int64_t), ticks_per_ms(column), 0};
    if (kind->ticks > 0)
        return true;
    if (is_date(column))
        *kind = {NUMBER_DATE, sizeof(int32_t), 0, 0};
    else
        *kind = {NUMBER_INT96, sizeof(parquet::Int96), 0, 0};
    return is_date(column) || column.physical_type() == parquet::Type::INT96;
}

/* False: a column of this type holds no numbers. */
bool find_measure_kind(const parquet::ColumnDescriptor &column, struct number_kind *kind)
{
    const auto &logical = column.logical_type();
    bool plain = logical == nullptr || logical->is_none() || logical->is_int();
    bool decimal = logical != nullptr && logical->is_decimal();
    bool is_signed = logical == nullptr || !logical->is_int() ||
                     static_cast<const parquet::IntLogicalType &>(*logical).is_signed();
    int scale = column.type_scale();
    switch (column.physical_type()) {
    case parquet::Type::DOUBLE:
        *kind = {NUMBER_DOUBLE, sizeof(double), 0, 0};
        return true;
    case parquet::Type::FLOAT:
        *kind = {NUMBER_FLOAT, sizeof(float), 0, 0};
        return true;
    case parquet::Type::FIXED_LEN_BYTE_ARRAY:
        *kind = {NUMBER_DECIMAL_BYTES, static_cast<size_t>(column.type_length()), 0, scale};
        return decimal && column.type_length() > 0 && column.type_length() <= 16;
    case parquet::Type::INT32:
        *kind = {decimal     ? NUMBER_DECIMAL32
                 : is_signed ? NUMBER_INT32
                             : NUMBER_UINT32,
                 sizeof(int32_t), 0, scale};
        return decimal || plain;
    case parquet::Type::INT64:
        *kind = {decimal     ? NUMBER_DECIMAL64
                 : is_signed ? NUMBER_INT64
                             : NUMBER_UINT64,
                 sizeof(int64_t), 0, scale};
        return decimal || plain;
    default:
        return false;
    }
}

/* Local files are read so many bytes at a time, or a page if that is more, and not a whole column
 * chunk, which of a great row group may take hundreds of megabytes. */
const int64_t LOCAL_READ = 32 << 10;

/* Read behind a page, so that the next header is there, too. */
const int64_t HEADER_AHEAD = 256;

const int64_t LONGEST_HEADER = 16 << 20;

/* Buffers that have grown beyond this are given back at the end of a column chunk. */
const int64_t BUFFER_KEPT = 1 << 20;

/* Turns what a decoder of parquet/ says into what guarded() knows. */
void check_decoded(bool done, const struct error &error)
{
    if (!done)
        throw parquet::ParquetException(error.message);
}

/* Memory that is used again and again. */
class reused_buffer
{
  public:
    /* At least so many bytes; what was in them is lost when there were fewer. */
    uint8_t *room(int64_t bytes)
    {
        if (buffer_ == nullptr || bytes > size()) {
            buffer_ = nullptr; /* so that both are never there at once */
            buffer_ = take(arrow::AllocateResizableBuffer(bytes, pool()));
        }
        return buffer_->mutable_data();
    }

    /* The same, but keeps them. */
    uint8_t *grow(int64_t bytes)
    {
        if (buffer_ == nullptr)
            return room(bytes);
        if (bytes > size())
            check(buffer_->Resize(bytes, false));
        return buffer_->mutable_data();
    }

    int64_t size() const
    {
        return buffer_ == nullptr ? 0 : buffer_->size();
    }

    void trim()
    {
        if (size() > BUFFER_KEPT)
            buffer_ = nullptr;
    }

  private:
    unique_ptr<arrow::ResizableBuffer> buffer_;
};

/* The bytes of a column chunk from front to back. */
class chunk_bytes
{
  public:
    /* `whole`: all its bytes if they are in memory, as on S3. */
    void open(arrow::io::RandomAccessFile *file, int64_t start, int64_t length,
              shared_ptr<Buffer> whole)
    {
        window_.trim();
        file_ = file;
        whole_ = std::move(whole);
        position_ = start;
        unread_ = whole_ == nullptr ? length : 0;
        at_ = whole_ == nullptr ? nullptr : whole_->data();
        at_hand_ = length - unread_;
    }

    int64_t left() const
    {
        return at_hand_ + unread_;
    }

    /* At least `count` of the bytes left; `*at_hand` gets how many. They stay until the next
     * call. */
    const uint8_t *peek(int64_t count, int64_t *at_hand)
    {
        if (at_hand_ < count)
            read(count);
        *at_hand = at_hand_;
        return at_;
    }

    void pass_over(int64_t count)
    {
        int64_t passed = std::min(count, at_hand_);
        at_ += passed;
        at_hand_ -= passed;
        position_ += count - passed;
        unread_ -= count - passed;
    }

  private:
    void read(int64_t count)
    {
        int64_t wanted = std::min(std::max(count + HEADER_AHEAD, LOCAL_READ), left());
        if (at_hand_ > 0)
            memmove(window_.grow(0), at_, static_cast<size_t>(at_hand_));
        uint8_t *window = window_.grow(wanted);
        int64_t more = wanted - at_hand_;
        if (take(file_->ReadAt(position_, more, window + at_hand_)) != more)
            throw parquet::ParquetException("the file ends before its pages");
        position_ += more;
        unread_ -= more;
        at_ = window;
        at_hand_ = wanted;
    }

    arrow::io::RandomAccessFile *file_ = nullptr;
    shared_ptr<Buffer> whole_;
    reused_buffer window_;
    const uint8_t *at_ = nullptr;
    int64_t at_hand_ = 0; /* from `at_` on */
    int64_t position_ = 0;
    int64_t unread_ = 0; /* from `position_` on */
};

/* Where a column chunk lies in its file; parquet::ParquetException if nowhere. */
arrow::io::ReadRange chunk_range(const parquet::ColumnChunkMetaData &chunk, int64_t file_size)
{
    int64_t start = chunk.data_page_offset();
    if (chunk.has_dictionary_page() && chunk.dictionary_page_offset() > 0)
        start = std::min(start, chunk.dictionary_page_offset());
    int64_t length = chunk.total_compressed_size();
    if (start < 0 || length < 0 || start > file_size || length > file_size - start)
        throw parquet::ParquetException("a column chunk beyond the end of the file");
    return {start, length};
}

/* Whether the decoders of parquet/ know all that the footer says of a column chunk. */
bool is_decodable(const parquet::FileMetaData &file, const parquet::ColumnChunkMetaData &chunk,
                  const parquet::ColumnDescriptor &column)
{
    if (file.is_encryption_algorithm_set() || chunk.crypto_metadata() != nullptr ||
        !chunk.file_path().empty() || !chunk.can_decompress() ||
        column.max_repetition_level() > 0 || column.max_definition_level() > 1)
        return false;
    /* The length of a chunk lacked that of its dictionary's header. */
    if (file.writer_version().VersionLt(parquet::ApplicationVersion::PARQUET_816_FIXED_VERSION()))
        return false;
    for (parquet::Encoding::type encoding : chunk.encodings())
        switch (encoding) {
        case parquet::Encoding::PLAIN:
        case parquet::Encoding::PLAIN_DICTIONARY:
        case parquet::Encoding::RLE_DICTIONARY:
        case parquet::Encoding::RLE:
            break;
        case parquet::Encoding::BIT_PACKED: /* of levels that are not there */
            if (column.max_definition_level() > 0)
                return false;
            break;
        default:
            return false;
        }
    return true;
}

shared_ptr<Buffer> allocate(int64_t bytes)
{
    return take(arrow::AllocateBuffer(bytes, pool()));
}

template <typename T> T *data_of(const shared_ptr<Buffer> &buffer)
{
    return reinterpret_cast<T *>(buffer->mutable_data());
}

/* An Arrow array of texts. */
shared_ptr<arrow::ArrayData> text_array(shared_ptr<Buffer> ends, shared_ptr<Buffer> bytes,
                                        int64_t count)
{
    return arrow::ArrayData::Make(arrow::utf8(), count,
                                  {nullptr, std::move(ends), std::move(bytes)}, 0);
}

shared_ptr<arrow::ArrayData> no_texts()
{
    auto ends = allocate(sizeof(int32_t));
    *data_of<int32_t>(ends) = 0;
    return text_array(std::move(ends), allocate(1), 0);
}

/* The pages of a column chunk, one after the other, unpacked. */
class column_chunk
{
  public:
    struct data_page page = {};

    /* `kind`: of the numbers; NULL: texts. */
    void open(arrow::io::RandomAccessFile *file, const arrow::io::ReadRange &range,
              shared_ptr<Buffer> whole, arrow::Compression::type compression, bool is_optional,
              const struct number_kind *kind)
    {
        if (codec_ == nullptr || compression_ != compression)
            codec_ = parquet::GetCodec(compression);
        compression_ = compression;
        is_optional_ = is_optional;
        kind_ = kind;
        bytes_.open(file, range.offset, range.length, std::move(whole));
        unpacked_.trim();
        numbers_.trim();
        page = {};
        texts_ = nullptr;
        count_ = 0;
        has_dictionary_ = false;
    }

    /* Goes on to a data page with rows left; false at the end of the chunk. */
    bool find_rows()
    {
        while (page.rows_left == 0) {
            if (bytes_.left() == 0)
                return false;
            read_page();
        }
        return true;
    }

    /* The dictionary: of numbers as eight bytes each; */
    const uint64_t *numbers()
    {
        return reinterpret_cast<const uint64_t *>(numbers_.room(8));
    }

    size_t count() const
    {
        return count_;
    }

    /* Whether all rows of the page that are there are finite, as far as the dictionary tells. */
    bool page_is_finite() const
    {
        return !page.is_plain && finite_;
    }

    /* of texts as an array. */
    const shared_ptr<arrow::ArrayData> &texts()
    {
        if (texts_ == nullptr)
            texts_ = no_texts();
        return texts_;
    }

  private:
    struct page_header read_header()
    {
        for (int64_t wanted = 1;;) {
            int64_t at_hand;
            const uint8_t *bytes = bytes_.peek(wanted, &at_hand);
            struct page_header header;
            size_t length;
            switch (page_header_read(bytes, static_cast<size_t>(at_hand), &header, &length)) {
            case PAGE_HEADER_READ:
                bytes_.pass_over(static_cast<int64_t>(length));
                return header;
            case PAGE_HEADER_SHORT:
                if (at_hand < bytes_.left() && at_hand < LONGEST_HEADER) {
                    wanted = std::min(at_hand * 2, bytes_.left());
                    break;
                }
                [[fallthrough]];
            default:
                throw parquet::ParquetException("a page header that cannot be read");
            }
        }
    }

    void read_page()
    {
        struct page_header header = read_header();
        if (header.packed > bytes_.left())
            throw parquet::ParquetException("a page beyond the end of its column chunk");
        if (header.type == PAGE_DATA || header.type == PAGE_DATA_V2)
            open_data(header);
        else if (header.type == PAGE_DICTIONARY)
            read_dictionary(header);
        bytes_.pass_over(header.packed);
    }

    bool unpack_to(const uint8_t *bytes, int64_t packed, uint8_t *to, int64_t unpacked)
    {
        if (compression_ == arrow::Compression::SNAPPY)
            return snappy_unpack(bytes, static_cast<size_t>(packed), to,
                                 static_cast<size_t>(unpacked));
        return take(codec_->Decompress(packed, bytes, unpacked, to)) == unpacked;
    }

    /* The values of a page, of whose bytes `levels` are not packed. */
    struct page_bytes unpack(const uint8_t *bytes, const struct page_header &header, int32_t levels)
    {
        int64_t packed = header.packed - levels, unpacked = header.unpacked - levels;
        bool is_packed = header.type != PAGE_DATA_V2 || header.values_packed;
        if (codec_ == nullptr || !is_packed)
            return {bytes + levels, static_cast<size_t>(packed)};
        uint8_t *to = unpacked_.room(std::max<int64_t>(unpacked, 1));
        if (unpacked > 0 && !unpack_to(bytes + levels, packed, to, unpacked))
            throw parquet::ParquetException("a page that does not unpack to the size it says");
        return {to, static_cast<size_t>(unpacked)};
    }

    void open_data(const struct page_header &header)
    {
        int64_t at_hand;
        const uint8_t *bytes = bytes_.peek(header.packed, &at_hand);
        int32_t unpacked = 0;
        struct page_bytes levels = {bytes, 0};
        if (header.type == PAGE_DATA_V2) {
            unpacked = header.definition_bytes + header.repetition_bytes;
            levels = {bytes + header.repetition_bytes,
                      static_cast<size_t>(header.definition_bytes)};
        }
        struct error error;
        check_decoded(data_page_open(&page, &header, is_optional_, levels,
                                     unpack(bytes, header, unpacked), &error),
                      error);
    }

    void read_dictionary(const struct page_header &header)
    {
        if (has_dictionary_)
            throw parquet::ParquetException("a second dictionary");
        if (header.encoding != PAGE_PLAIN && header.encoding != PAGE_PLAIN_DICTIONARY)
            throw parquet::ParquetException("a dictionary of encoding ", header.encoding);
        has_dictionary_ = true;
        int64_t at_hand;
        struct page_bytes values = unpack(bytes_.peek(header.packed, &at_hand), header, 0);
        size_t count = static_cast<size_t>(header.values);
        size_t least = kind_ == nullptr ? sizeof(int32_t) : kind_->width;
        if (count > values.length / least)
            throw parquet::ParquetException("a dictionary page that ends before its last value");
        if (kind_ == nullptr)
            read_texts(values, count);
        else
            read_numbers(values, count);
        count_ = count;
    }

    void read_numbers(struct page_bytes values, size_t count)
    {
        uint8_t *room = numbers_.room(static_cast<int64_t>(std::max<size_t>(count, 1) * 8));
        plain_numbers(kind_, values.bytes, count, reinterpret_cast<uint64_t *>(room));
        const auto *measures = reinterpret_cast<const double *>(room);
        finite_ = std::all_of(measures, measures + count,
                              [](double measure) { return std::isfinite(measure); });
    }

    void read_texts(struct page_bytes values, size_t count)
    {
        auto ends = allocate(static_cast<int64_t>((count + 1) * sizeof(int32_t)));
        auto bytes = allocate(
            std::max<int64_t>(static_cast<int64_t>(values.length - count * sizeof(int32_t)), 1));
        struct error error;
        check_decoded(dictionary_page_texts(values, count, data_of<int32_t>(ends),
                                            data_of<char>(bytes), &error),
                      error);
        texts_ = text_array(std::move(ends), std::move(bytes), static_cast<int64_t>(count));
    }

    chunk_bytes bytes_;
    unique_ptr<arrow::util::Codec> codec_; /* null: not packed */
    arrow::Compression::type compression_ = arrow::Compression::UNCOMPRESSED;
    bool is_optional_ = false;
    const struct number_kind *kind_ = nullptr;
    reused_buffer unpacked_, numbers_;
    shared_ptr<arrow::ArrayData> texts_;
    size_t count_ = 0;
    bool finite_ = false; /* the numbers, read as doubles */
    bool has_dictionary_ = false;
};

/* One requested column on its way through the files of a scan. */
struct column {
    string name;
    enum arrow_layout layout;
    bool required;

    /* in the current file */
    enum source source = source::ABSENT;
    int leaf = -1;
    struct number_kind kind = {};

    /* in the current row group: the chunk's pages are read by the decoders of parquet/, or, where
     * they know its encodings not, by Arrow's reader */
    shared_ptr<parquet::ColumnReader> reader;
    shared_ptr<column_chunk> chunk;

    bool known_finite = false; /* the measures of the batch given out last */

    /* The dictionary given out last, and the one before: kept so that the next dictionary cannot
     * get its address; see bridge.h. */
    shared_ptr<arrow::ArrayData> dictionary;
    shared_ptr<arrow::ArrayData> previous_dictionary;
};

/* Finds the columns in a file; throws std::invalid_argument when one cannot be had. */
void bind_columns(std::vector<column> *columns, const parquet::SchemaDescriptor &schema,
                  const string &file)
{
    for (column &wanted : *columns) {
        const parquet::schema::Node *node;
        wanted.leaf = find_column(schema, wanted.name, &node);
        wanted.source = source::ABSENT;
        if (node == nullptr) {
            if (!wanted.required)
                continue;
            string found;
            for (int i = 0; i < schema.group_node()->field_count() && found.size() < 600; i++)
                found += (i == 0 ? "" : ", ") + schema.group_node()->field(i)->name();
            throw std::invalid_argument(
                file + ": required column " + wanted.name +
                " is missing; the file has: " + (found.empty() ? "no columns" : found));
        }
        if (wanted.leaf >= 0) {
            const parquet::ColumnDescriptor &descriptor = *schema.Column(wanted.leaf);
            const auto &logical = descriptor.logical_type();
            if (logical != nullptr && logical->is_null())
                continue;
            if (wanted.layout == ARROW_TEXT   ? is_text(descriptor)
                : wanted.layout == ARROW_TIME ? find_time_kind(descriptor, &wanted.kind)
                                              : find_measure_kind(descriptor, &wanted.kind))
                wanted.source = wanted.layout == ARROW_TEXT ? source::TEXT : source::NUMBER;
        }
        if (wanted.source == source::ABSENT)
            throw std::invalid_argument(file + ": column " + wanted.name + " is " +
                                        type_name(*node) + ", expected " +
                                        layout_name(wanted.layout));
    }
}

/* Row groups of one file that are opened together; on S3 their bytes are on the way. */
struct unit {
    size_t slice = 0;
    std::vector<int> row_groups;
    size_t row_groups_left = 0; /* of the slice, after these */
    shared_ptr<arrow::io::RandomAccessFile> file;
    shared_ptr<parquet::FileMetaData> metadata;
    unique_ptr<parquet::ParquetFileReader> reader;
    int64_t file_size = 0;
    unique_ptr<arrow::io::internal::ReadRangeCache> fetched; /* on S3: decodable column chunks */
};

/* On S3 so many bytes are fetched ahead, at least one row group: enough to fill a round trip,
 * little enough to have two of them in memory in every scan. */
const int64_t FETCHED_AHEAD = 16 << 20;

struct slice {
    string path;
    bool all; /* row groups of the file */
    std::vector<int> row_groups;
};

parquet::ReaderProperties reader_properties(const arrow_store &store)
{
    parquet::ReaderProperties properties(pool());
    if (store.s3 == nullptr) {
        properties.enable_buffered_stream();
        properties.set_buffer_size(LOCAL_READ);
    }
    return properties;
}

} // namespace

struct arrow_scan {
    arrow_store *store;
    std::vector<slice> slices;
    std::vector<column> requests; /* as asked for; never changes */
    std::vector<column> columns;  /* the same, bound to the current file */
    std::vector<column> unread;   /* only bound: to see that they are there */
    int64_t batch_rows;
    shared_ptr<arrow::Schema> schema;
    std::vector<shared_ptr<arrow::ArrayData>> absent; /* batch_rows nulls of each layout */

    size_t next_slice = 0;
    string path; /* being opened or read, for messages */
    size_t ahead_slice = 0;
    unique_ptr<unit> current;
    std::future<unique_ptr<unit>> ahead; /* on S3 */
    size_t next_row_group = 0;           /* in current->row_groups */
    int64_t rows_left = 0;               /* of the row group being read */
    int64_t row = 0;                     /* next one, in its file */

    /* scratch of a batch */
    std::vector<uint8_t> valid;
    struct text_index index;
};

namespace
{

/* Has the bytes of a unit's columns fetched: by us what we decode, by Arrow's reader what it does.
 */
void fetch_ahead(unit *unit, const std::vector<column> &columns)
{
    /* Ranges less than 256 KB apart are cheaper fetched as one than asked for singly. */
    arrow::io::CacheOptions options = arrow::io::CacheOptions::Defaults();
    options.hole_size_limit = 256 << 10;
    options.range_size_limit = 8 << 20;
    options.lazy = false;
    std::vector<arrow::io::ReadRange> ranges;
    std::vector<int> others;
    const auto &metadata = *unit->metadata;
    for (const column &column : columns) {
        if (column.source == source::ABSENT)
            continue;
        bool all_decodable = true;
        for (int index : unit->row_groups) {
            auto chunk = metadata.RowGroup(index)->ColumnChunk(column.leaf);
            if (is_decodable(metadata, *chunk, *metadata.schema()->Column(column.leaf)))
                ranges.push_back(chunk_range(*chunk, unit->file_size));
            else
                all_decodable = false;
        }
        if (!all_decodable)
            others.push_back(column.leaf);
    }
    if (!others.empty())
        unit->reader->PreBuffer(unit->row_groups, others, arrow::io::default_io_context(), options);
    unit->fetched = std::make_unique<arrow::io::internal::ReadRangeCache>(
        unit->file, arrow::io::default_io_context(), options);
    check(unit->fetched->Cache(std::move(ranges)));
}

/* Opens row groups of a slice: all of them on a local disk, the next few on S3. `before` is the
 * unit that ended, when the slice continues it. Runs on a thread of its own on S3, so it touches
 * nothing of the scan that changes. */
unique_ptr<unit> open_unit(const arrow_scan *scan, size_t slice_index, const unit *before)
{
    const slice &slice = scan->slices[slice_index];
    arrow_store &store = *scan->store;
    auto opened = std::make_unique<unit>();
    bool is_here = false;
    opened->slice = slice_index;
    if (before != nullptr) {
        opened->file = before->file;
        opened->metadata = before->metadata;
    } else {
        auto kept = kept_footer(&store, slice.path);
        is_here = kept.object != nullptr;
        opened->file = is_here ? std::make_shared<arrow::io::BufferReader>(kept.object)
                               : open_input(store, slice.path, kept.size);
        opened->metadata = kept.metadata;
    }
    bool footer_known = opened->metadata != nullptr;
    opened->reader =
        open_parquet(store, slice.path, opened->file, reader_properties(store), opened->metadata);
    opened->metadata = opened->reader->metadata();
    opened->file_size = take(opened->file->GetSize());
    if (!footer_known)
        bytes_read += opened->metadata->size();

    std::vector<int> row_groups = slice.row_groups;
    if (slice.all)
        for (int i = 0; i < opened->metadata->num_row_groups(); i++)
            row_groups.push_back(i);
    for (int i : row_groups)
        if (i < 0 || i >= opened->metadata->num_row_groups())
            throw std::invalid_argument(store.shown(slice.path) + ": has " +
                                        std::to_string(opened->metadata->num_row_groups()) +
                                        " row groups, not one numbered " + std::to_string(i) +
                                        ": it was replaced while being read");

    size_t first = before == nullptr ? 0 : row_groups.size() - before->row_groups_left;
    std::vector<column> columns = scan->requests;
    bind_columns(&columns, *opened->metadata->schema(), store.shown(slice.path));
    std::vector<int> leaves;
    for (const column &column : columns)
        if (column.source != source::ABSENT)
            leaves.push_back(column.leaf);

    int64_t bytes = 0;
    size_t last = first;
    for (; last < row_groups.size() &&
           (store.s3 == nullptr || last == first || bytes < FETCHED_AHEAD);
         last++) {
        auto group = opened->metadata->RowGroup(row_groups[last]);
        for (int leaf : leaves)
            bytes += group->ColumnChunk(leaf)->total_compressed_size();
    }
    bytes_read += is_here ? 0 : bytes;
    opened->row_groups.assign(row_groups.begin() + static_cast<ptrdiff_t>(first),
                              row_groups.begin() + static_cast<ptrdiff_t>(last));
    opened->row_groups_left = row_groups.size() - last;
    if (store.s3 != nullptr)
        fetch_ahead(opened.get(), columns);
    return opened;
}

/* Has the unit after `current` opened in the background. Only on S3: a local run shall use no
 * threads that nobody asked for, and the page cache reads ahead anyway. */
void start_ahead(arrow_scan *scan)
{
    if (scan->store->s3 == nullptr)
        return;
    bool continues = scan->current != nullptr && scan->current->row_groups_left > 0;
    if (!continues && scan->next_slice >= scan->slices.size())
        return;
    size_t slice = continues ? scan->current->slice : scan->next_slice++;
    scan->ahead_slice = slice;
    auto before = std::make_shared<unit>();
    if (continues) {
        before->file = scan->current->file;
        before->metadata = scan->current->metadata;
        before->row_groups_left = scan->current->row_groups_left;
    }
    scan->ahead = std::async(std::launch::async, [scan, slice, continues, before] {
        return open_unit(scan, slice, continues ? before.get() : nullptr);
    });
}

/* Moves on to the next unit; scan->current is null when there is none. */
void next_unit(arrow_scan *scan)
{
    for (column &column : scan->columns)
        column.reader = nullptr; /* they point into the file that goes */
    scan->current = nullptr;
    if (scan->ahead.valid()) {
        scan->path = scan->slices[scan->ahead_slice].path;
        scan->current = scan->ahead.get();
    } else if (scan->store->s3 == nullptr && scan->next_slice < scan->slices.size()) {
        scan->path = scan->slices[scan->next_slice].path;
        scan->current = open_unit(scan, scan->next_slice++, nullptr);
    }
    if (scan->current == nullptr)
        return;
    start_ahead(scan);
    scan->next_row_group = 0;
    const slice &slice = scan->slices[scan->current->slice];
    bind_columns(&scan->columns, *scan->current->metadata->schema(),
                 scan->store->shown(slice.path));
    bind_columns(&scan->unread, *scan->current->metadata->schema(), scan->store->shown(slice.path));
}

void open_chunk(const unit &unit, const parquet::ColumnChunkMetaData &metadata, column *column)
{
    auto range = chunk_range(metadata, unit.file_size);
    auto whole = unit.fetched == nullptr ? nullptr : take(unit.fetched->Read(range));
    if (column->chunk == nullptr)
        column->chunk = std::make_shared<column_chunk>();
    bool is_optional = unit.metadata->schema()->Column(column->leaf)->max_definition_level() > 0;
    column->chunk->open(unit.file.get(), range, std::move(whole), metadata.compression(),
                        is_optional, column->source == source::TEXT ? nullptr : &column->kind);
}

void start_row_group(arrow_scan *scan)
{
    const unit &unit = *scan->current;
    const auto &metadata = *unit.metadata;
    int index = unit.row_groups[scan->next_row_group++];
    scan->row = 0;
    for (int i = 0; i < index; i++)
        scan->row += metadata.RowGroup(i)->num_rows();
    auto group = metadata.RowGroup(index);
    scan->rows_left = group->num_rows();
    for (column &column : scan->columns) {
        column.reader = nullptr;
        if (column.source == source::ABSENT)
            continue;
        auto chunk = group->ColumnChunk(column.leaf);
        if (is_decodable(metadata, *chunk, *metadata.schema()->Column(column.leaf)))
            open_chunk(unit, *chunk, &column);
        else
            column.reader = unit.reader->RowGroup(index)->Column(column.leaf);
    }
}

[[noreturn]] void throw_short(const column &column)
{
    throw parquet::ParquetException("column " + column.name + " ends before its row group");
}

/* A column's part of a batch on its way in. */
struct column_rows begin_rows(arrow_scan *scan, const shared_ptr<Buffer> &values)
{
    return {0, 0, scan->valid.data(), values->mutable_data()};
}

shared_ptr<arrow::ArrayData> plain_array(const shared_ptr<arrow::DataType> &type,
                                         const struct column_rows &rows, shared_ptr<Buffer> values)
{
    shared_ptr<Buffer> valid;
    if (rows.nulls > 0) {
        valid = allocate(static_cast<int64_t>((rows.count + 7) / 8));
        memcpy(valid->mutable_data(), rows.valid, (rows.count + 7) / 8);
    }
    return arrow::ArrayData::Make(type, static_cast<int64_t>(rows.count),
                                  {std::move(valid), std::move(values)},
                                  static_cast<int64_t>(rows.nulls));
}

/* Gives out `dictionary` with the batch. */
shared_ptr<arrow::ArrayData> dictionary_array(const shared_ptr<arrow::DataType> &type,
                                              const struct column_rows &rows,
                                              shared_ptr<Buffer> indices, column *column,
                                              shared_ptr<arrow::ArrayData> dictionary)
{
    if (dictionary != column->dictionary) {
        column->previous_dictionary = std::move(column->dictionary);
        column->dictionary = std::move(dictionary);
    }
    auto array = plain_array(type, rows, std::move(indices));
    array->dictionary = column->dictionary;
    return array;
}

/* The texts gathered in an index, which is emptied. */
shared_ptr<arrow::ArrayData> take_texts(struct text_index *index)
{
    if (index->count == 0)
        return no_texts();
    size_t ends_size = (index->count + 1) * sizeof(int32_t);
    auto ends = allocate(static_cast<int64_t>(ends_size));
    memcpy(ends->mutable_data(), index->ends, ends_size);
    auto bytes = allocate(std::max<int64_t>(static_cast<int64_t>(index->length), 1));
    if (index->length > 0)
        memcpy(bytes->mutable_data(), index->bytes, index->length);
    auto array = text_array(std::move(ends), std::move(bytes), static_cast<int64_t>(index->count));
    text_index_clear(index);
    return array;
}

/* ---- column chunks that the decoders of parquet/ know ---- */

/* Goes to the next rows of a column: how many of the batch's `rows` its page has, not yet read. */
size_t find_page_rows(const column &column, const struct column_rows &rows, size_t wanted)
{
    if (!column.chunk->find_rows())
        throw_short(column);
    return std::min(wanted - rows.count, column.chunk->page.rows_left);
}

void decode_numbers(column &column, size_t wanted, struct column_rows *rows)
{
    column_chunk &chunk = *column.chunk;
    column.known_finite = true;
    while (rows->count < wanted) {
        size_t count = find_page_rows(column, *rows, wanted);
        column.known_finite &= chunk.page_is_finite();
        struct error error;
        check_decoded(data_page_numbers(&chunk.page, count, &column.kind, chunk.numbers(),
                                        chunk.count(), rows, &error),
                      error);
    }
}

/* Makes indices into a dictionary, those of the rows from `first` on, numbers of an index. */
void number_texts(struct text_index *index, const arrow::ArrayData &dictionary, size_t first,
                  const struct column_rows &rows)
{
    auto *indices = static_cast<int32_t *>(rows.values);
    const auto *ends = dictionary.GetValues<int32_t>(1);
    const auto *bytes = dictionary.buffers[2]->data();
    for (size_t row = first; row < rows.count; row++) {
        if (rows.nulls > 0 && (rows.valid[row / 8] >> row % 8 & 1) == 0)
            continue;
        int32_t start = ends[indices[row]];
        struct error error;
        check_decoded(text_index_find_or_add(index, bytes + start,
                                             static_cast<size_t>(ends[indices[row] + 1] - start),
                                             &indices[row], &error),
                      error);
    }
}

/* Indices are passed on as they are until a page has plain texts, since its writer's dictionary
 * had grown too great: such a batch gets a dictionary of its own. */
shared_ptr<arrow::ArrayData> decode_texts(arrow_scan *scan, const column &column, size_t wanted,
                                          struct column_rows *rows)
{
    column_chunk &chunk = *column.chunk;
    struct text_index *index = &scan->index;
    bool is_indexed = false;
    while (rows->count < wanted) {
        size_t first = rows->count, count = find_page_rows(column, *rows, wanted);
        struct error error;
        if (chunk.page.is_plain) {
            if (!is_indexed)
                number_texts(index, *chunk.texts(), 0, *rows);
            is_indexed = true;
            check_decoded(data_page_texts(&chunk.page, count, index, rows, &error), error);
            continue;
        }
        check_decoded(data_page_indices(&chunk.page, count, chunk.count(), rows, &error), error);
        if (is_indexed)
            number_texts(index, *chunk.texts(), first, *rows);
    }
    return is_indexed ? take_texts(index) : chunk.texts();
}

/* ---- column chunks that Arrow's reader decodes ---- */

/* Takes rows of a column and the values of those that are not null, in pieces. */
template <typename Type, typename Take>
void read_pieces(const column &column, size_t wanted, size_t width, struct column_rows *rows,
                 Take take_piece)
{
    auto &reader = static_cast<parquet::TypedColumnReader<Type> &>(*column.reader);
    std::vector<int16_t> levels(wanted, 1);
    std::vector<typename Type::c_type> values(wanted);
    size_t done = 0, present = 0, promised = 0;
    while (done < wanted) {
        int64_t count = 0;
        int64_t got = reader.ReadBatch(static_cast<int64_t>(wanted - done), levels.data() + done,
                                       nullptr, values.data(), &count);
        if (got == 0)
            throw_short(column);
        take_piece(values.data(), static_cast<size_t>(count), present);
        done += static_cast<size_t>(got);
        present += static_cast<size_t>(count);
    }
    for (size_t row = 0; row < wanted; row++) {
        run_length_fill_bits(rows->valid, row, 1, levels[row] != 0);
        promised += levels[row] != 0;
    }
    if (promised != present) /* a damaged page may hold fewer values than its levels promise */
        throw_short(column);
    column_rows_spread(rows, wanted, present, width);
}

template <typename Type>
void read_numbers(const column &column, size_t wanted, struct column_rows *rows)
{
    auto *to = static_cast<uint64_t *>(rows->values);
    read_pieces<Type>(column, wanted, sizeof *to, rows,
                      [&](const auto *values, size_t count, size_t present) {
                          plain_numbers(&column.kind, reinterpret_cast<const uint8_t *>(values),
                                        count, to + present);
                      });
}

void read_any_numbers(const column &column, size_t wanted, struct column_rows *rows)
{
    auto *to = static_cast<uint64_t *>(rows->values);
    switch (column.reader->type()) {
    case parquet::Type::INT32:
        return read_numbers<parquet::Int32Type>(column, wanted, rows);
    case parquet::Type::INT64:
        return read_numbers<parquet::Int64Type>(column, wanted, rows);
    case parquet::Type::INT96:
        return read_numbers<parquet::Int96Type>(column, wanted, rows);
    case parquet::Type::FLOAT:
        return read_numbers<parquet::FloatType>(column, wanted, rows);
    case parquet::Type::DOUBLE:
        return read_numbers<parquet::DoubleType>(column, wanted, rows);
    default: /* their bytes lie in the page */
        read_pieces<parquet::FLBAType>(
            column, wanted, sizeof *to, rows,
            [&](const parquet::FixedLenByteArray *values, size_t count, size_t present) {
                for (size_t i = 0; i < count; i++)
                    plain_numbers(&column.kind, values[i].ptr, 1, to + present + i);
            });
    }
}

shared_ptr<arrow::ArrayData> read_texts(arrow_scan *scan, const column &column, size_t wanted,
                                        struct column_rows *rows)
{
    auto *to = static_cast<int32_t *>(rows->values);
    read_pieces<parquet::ByteArrayType>(
        column, wanted, sizeof *to, rows,
        [&](const parquet::ByteArray *values, size_t count, size_t present) {
            for (size_t i = 0; i < count; i++) {
                struct error error;
                check_decoded(text_index_find_or_add(&scan->index, values[i].ptr, values[i].len,
                                                     to + present + i, &error),
                              error);
            }
        });
    return take_texts(&scan->index);
}

/* `rows` nulls of a layout. */
shared_ptr<arrow::ArrayData> all_null(const shared_ptr<arrow::DataType> &type, int64_t rows)
{
    auto zeros = [](int64_t bytes) {
        auto buffer = allocate(bytes);
        memset(buffer->mutable_data(), 0, static_cast<size_t>(bytes));
        return buffer;
    };
    auto array = arrow::ArrayData::Make(type, rows, {zeros((rows + 7) / 8), zeros(rows * 8)}, rows);
    if (type->id() == arrow::Type::DICTIONARY)
        array->dictionary = no_texts();
    return array;
}

shared_ptr<arrow::ArrayData> read_column(arrow_scan *scan, size_t at, int64_t rows)
{
    column &column = scan->columns[at];
    column.known_finite = false;
    const auto &type = scan->schema->field(static_cast<int>(at))->type();
    if (column.source == source::ABSENT) {
        auto &nulls = scan->absent[column.layout];
        if (nulls == nullptr)
            nulls = all_null(type, scan->batch_rows);
        auto array = nulls->Copy();
        array->length = rows;
        array->null_count = rows;
        return array;
    }
    bool is_text = column.source == source::TEXT;
    auto values = allocate(rows * static_cast<int64_t>(is_text ? sizeof(int32_t) : sizeof(double)));
    struct column_rows filled = begin_rows(scan, values);
    auto wanted = static_cast<size_t>(rows);
    if (is_text) {
        auto texts = column.reader == nullptr ? decode_texts(scan, column, wanted, &filled)
                                              : read_texts(scan, column, wanted, &filled);
        return dictionary_array(type, filled, std::move(values), &column, std::move(texts));
    }
    if (column.reader == nullptr)
        decode_numbers(column, wanted, &filled);
    else
        read_any_numbers(column, wanted, &filled);
    return plain_array(type, filled, std::move(values));
}

shared_ptr<arrow::DataType> layout_type(enum arrow_layout layout)
{
    switch (layout) {
    case ARROW_TEXT:
        return arrow::dictionary(arrow::int32(), arrow::utf8());
    case ARROW_TIME:
        return arrow::timestamp(arrow::TimeUnit::MILLI, "UTC");
    default:
        return arrow::float64();
    }
}

/* Goes to the next row group with rows; false at the end. */
bool find_rows(arrow_scan *scan)
{
    while (scan->rows_left == 0) {
        if (scan->current != nullptr && scan->next_row_group < scan->current->row_groups.size()) {
            start_row_group(scan);
            continue;
        }
        next_unit(scan);
        if (scan->current == nullptr)
            return false;
    }
    return true;
}

/* Lets go of all files; what a caller may still hold (paths) stays. */
void end_scan(arrow_scan *scan)
{
    if (scan->ahead.valid())
        scan->ahead.wait();
    scan->ahead = {};
    scan->columns.clear();
    scan->current = nullptr;
    scan->next_slice = scan->slices.size();
    scan->rows_left = 0;
    scan->absent.clear();
    scan->valid = {};
    text_index_close(&scan->index);
}

void delete_scan(void *scan)
{
    end_scan(static_cast<arrow_scan *>(scan));
    delete static_cast<arrow_scan *>(scan);
}

} // namespace

bool arrow_scan_open(struct arrow_store *store, const struct arrow_slice *slices,
                     size_t slice_count, const struct arrow_request *requests, size_t request_count,
                     int64_t batch_rows, struct arena *arena, struct arrow_scan **scan,
                     struct error *error)
{
    return guarded(error, *store, "", intent::READ, [&] {
        auto opened = std::make_unique<arrow_scan>();
        opened->store = store;
        opened->batch_rows = batch_rows;
        for (size_t i = 0; i < slice_count; i++) {
            slice slice = {slices[i].path, slices[i].row_groups == nullptr, {}};
            if (!slice.all)
                slice.row_groups.assign(slices[i].row_groups,
                                        slices[i].row_groups + slices[i].row_group_count);
            opened->slices.push_back(std::move(slice));
        }
        std::vector<shared_ptr<arrow::Field>> fields;
        for (size_t i = 0; i < request_count; i++) {
            column column;
            column.name = requests[i].name;
            column.layout = requests[i].layout;
            column.required = requests[i].required;
            if (requests[i].unread) {
                opened->unread.push_back(std::move(column));
                continue;
            }
            fields.push_back(arrow::field(column.name, layout_type(column.layout)));
            opened->requests.push_back(std::move(column));
        }
        opened->columns = opened->requests;
        opened->schema = arrow::schema(std::move(fields));
        opened->absent.resize(3);
        opened->valid.resize(static_cast<size_t>(batch_rows) / 8 + 16);
        text_index_init(&opened->index);
        start_ahead(opened.get());
        *scan = opened.release();
        arena_on_close(arena, delete_scan, *scan);
        return true;
    });
}

bool arrow_scan_next(struct arrow_scan *scan, struct ArrowArray *array,
                     struct arrow_batch_place *place, struct error *error)
{
    array->release = nullptr;
    return reading(error, *scan->store, scan->path, [&] {
        if (!find_rows(scan))
            return true;
        const slice &slice = scan->slices[scan->current->slice];
        int64_t rows = std::min(scan->batch_rows, scan->rows_left);
        std::vector<shared_ptr<arrow::ArrayData>> children;
        for (size_t i = 0; i < scan->columns.size(); i++)
            children.push_back(read_column(scan, i, rows));
        auto batch = arrow::RecordBatch::Make(scan->schema, rows, std::move(children));
        check(arrow::ExportRecordBatch(*batch, array));
        *place = {slice.path.c_str(), scan->row};
        scan->row += rows;
        scan->rows_left -= rows;
        return true;
    });
}

bool arrow_scan_known_finite(const struct arrow_scan *scan, size_t column)
{
    return scan->columns[column].known_finite;
}

void arrow_scan_close(struct arrow_scan *scan)
{
    end_scan(scan);
}

void arrow_counters_read(struct arrow_counters *counters)
{
    *counters = {bytes_read, files_opened, retries_made};
}

/* ---- bytes out ---- */

struct arrow_output {
    arrow_store *store;
    string path;
    pending_file file; /* on a local disk */
    shared_ptr<arrow::io::OutputStream> stream;
    bool finished = false;

    bool open(struct error *error)
    {
        if (store->s3 != nullptr) {
            stream = take(store->s3->OpenOutputStream(store->full(path), nullptr));
            return true;
        }
        stream = std::make_shared<pending_stream>(&file);
        return file.open(store->full(path), error);
    }

    bool finish(struct error *error)
    {
        check(stream->Flush());
        check(stream->Close());
        finished = true;
        return store->s3 != nullptr || file.publish(error);
    }

    /* An S3 stream's own destructor would publish what there is. */
    void abandon()
    {
        if (!finished && stream != nullptr)
            (void)stream->Abort();
        finished = true;
    }

    ~arrow_output()
    {
        abandon();
    }
};

bool arrow_output_open(struct arrow_store *store, const char *path, struct arena *arena,
                       struct arrow_output **output, struct error *error)
{
    return guarded(error, *store, path, intent::WRITE, [&] {
        auto opened = std::make_unique<arrow_output>();
        opened->store = store;
        opened->path = path;
        TRY(opened->open(error));
        *output = opened.release();
        arena_on_close(
            arena, [](void *owned) { delete static_cast<arrow_output *>(owned); }, *output);
        return true;
    });
}

bool arrow_output_append(struct arrow_output *output, const void *bytes, size_t length,
                         struct error *error)
{
    return guarded(error, *output->store, output->path, intent::WRITE, [&] {
        check(output->stream->Write(bytes, static_cast<int64_t>(length)));
        return true;
    });
}

bool arrow_output_finish(struct arrow_output *output, struct error *error)
{
    return guarded(error, *output->store, output->path, intent::WRITE,
                   [&] { return output->finish(error); });
}

namespace
{

arrow::util::Codec &snappy()
{
    static const auto codec = arrow::util::Codec::Create(arrow::Compression::SNAPPY).ValueOrDie();
    return *codec;
}

} // namespace

size_t arrow_snappy_bound(size_t length)
{
    return static_cast<size_t>(snappy().MaxCompressedLen(static_cast<int64_t>(length), nullptr));
}

size_t arrow_snappy(const void *bytes, size_t length, void *to)
{
    auto *output = static_cast<uint8_t *>(to);
    auto size = static_cast<int64_t>(length);
    return static_cast<size_t>(snappy()
                                   .Compress(size, static_cast<const uint8_t *>(bytes),
                                             static_cast<int64_t>(arrow_snappy_bound(length)),
                                             output)
                                   .ValueOrDie());
}

/* ---- Parquet out ---- */

struct arrow_writer {
    arrow_output output;
    int64_t row_group_rows;
    shared_ptr<arrow::Schema> schema;
    unique_ptr<parquet::arrow::FileWriter> parquet;

    /* The stream ends before Parquet's writer, whose destructor would complete the file. */
    ~arrow_writer()
    {
        output.abandon();
        parquet = nullptr;
    }
};

bool arrow_writer_open(struct arrow_store *store, const char *path, struct ArrowSchema *schema,
                       bool dictionaries, int64_t row_group_rows, struct arena *arena,
                       struct arrow_writer **writer, struct error *error)
{
    return guarded(error, *store, path, intent::WRITE, [&] {
        auto opened = std::make_unique<arrow_writer>();
        opened->schema = take(arrow::ImportSchema(schema));
        opened->row_group_rows = row_group_rows;
        opened->output.store = store;
        opened->output.path = path;
        TRY(opened->output.open(error));
        parquet::WriterProperties::Builder builder;
        builder.memory_pool(pool())
            ->version(parquet::ParquetVersion::PARQUET_2_6)
            ->created_by("costagg version 1.0.0")
            ->compression(arrow::Compression::SNAPPY)
            ->max_row_group_length(row_group_rows);
        if (!dictionaries)
            builder.disable_dictionary();
        opened->parquet = take(parquet::arrow::FileWriter::Open(
            *opened->schema, pool(), opened->output.stream, builder.build()));
        *writer = opened.release();
        arena_on_close(
            arena, [](void *owned) { delete static_cast<arrow_writer *>(owned); }, *writer);
        return true;
    });
}

bool arrow_writer_write(struct arrow_writer *writer, struct ArrowArray *array, struct error *error)
{
    return guarded(error, *writer->output.store, writer->output.path, intent::WRITE, [&] {
        auto batch = take(arrow::ImportRecordBatch(array, writer->schema));
        auto table = take(arrow::Table::FromRecordBatches({batch}));
        check(writer->parquet->WriteTable(*table, writer->row_group_rows));
        return true;
    });
}

bool arrow_writer_finish(struct arrow_writer *writer, struct error *error)
{
    return guarded(error, *writer->output.store, writer->output.path, intent::WRITE, [&] {
        check(writer->parquet->Close());
        return writer->output.finish(error);
    });
}

void arrow_limit_memory(int64_t bytes)
{
    if (bytes == pool_bound)
        return;
    pool_bound = bytes;
    if (bounded_pools == nullptr)
        bounded_pools = new std::vector<arrow::CappedMemoryPool *>;
    if (bytes > 0)
        bounded_pools->push_back(new arrow::CappedMemoryPool(arrow::default_memory_pool(), bytes));
    bounded_pool = bytes > 0 ? bounded_pools->back() : nullptr;
}

void arrow_shutdown(void)
{
    std::lock_guard<std::mutex> guard(s3_lock);
    if (s3_state == S3_READY)
        (void)arrow::fs::FinalizeS3();
    s3_state = S3_CLOSED;
}
