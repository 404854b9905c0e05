using System.Globalization;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>Status, headers and body of one answer (RFC 9110: 13 for conditions, 14 for ranges).</summary>
internal sealed class ServerAnswer
{
    private readonly List<(string Name, string Value)> _headers = [];
    private Func<Stream> _body = () => Stream.Null;

    public int Status { get; private init; }

    public long Length { get; private set; }

    public Stream Body() => _body();

    public static ServerAnswer Plain(int status, string? retryAfter = null)
    {
        var answer = new ServerAnswer { Status = status };
        if (retryAfter is not null)
        {
            answer._headers.Add(("Retry-After", retryAfter));
        }

        return answer;
    }

    public static ServerAnswer Whole(byte[] content) =>
        new() { Status = 200, Length = content.Length, _body = () => new MemoryStream(content, writable: false) };

    public static ServerAnswer For(IncomingRequest request, string folder, Validators validators, bool ranges)
    {
        if (request.Method is not ("GET" or "HEAD"))
        {
            return Plain(405);
        }

        var file = new FileInfo(Path.GetFullPath(Path.Join(folder, request.Path)));
        if (!file.FullName.StartsWith(Path.GetFullPath(folder) + "/", StringComparison.Ordinal) || !file.Exists)
        {
            return Plain(404);
        }

        var time = file.LastWriteTimeUtc;
        var etag = validators.HasFlag(Validators.ETag) ? string.Create(CultureInfo.InvariantCulture, $"\"{file.Length:x}-{time.Ticks:x}\"") : null;
        var modified = validators.HasFlag(Validators.LastModified) ? time.ToString("R", CultureInfo.InvariantCulture) : null;
        var answer = IsUnchanged(request, etag, modified, time) ? new ServerAnswer { Status = 304 } : Content(request, file, ranges, (etag, modified));
        if (etag is not null)
        {
            answer._headers.Add(("ETag", etag));
        }

        if (modified is not null)
        {
            answer._headers.Add(("Last-Modified", modified));
        }

        return answer;
    }

    /// <summary>The head, with the blank line.</summary>
    public string Head(bool keepAlive)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Reason(Status)}\r\n");
        foreach (var (name, value) in _headers)
        {
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        if (Status != 304)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Length: {Length}\r\n");
        }

        return text.Append(keepAlive ? "\r\n" : "Connection: close\r\n\r\n").ToString();
    }

    private static bool IsUnchanged(IncomingRequest request, string? etag, string? modified, DateTime time)
    {
        if (request.Headers.TryGetValue("if-none-match", out var known))
        {
            return etag is not null && known.Split(',').Any(one => one.Trim() == etag || one.Trim() == "*");
        }

        return modified is not null && request.Headers.TryGetValue("if-modified-since", out var since)
            && DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, out var moment)
            && time < moment.UtcDateTime.AddSeconds(1);
    }

    private static ServerAnswer Content(IncomingRequest request, FileInfo file, bool ranges, (string? ETag, string? Modified) state)
    {
        var (start, end) = (0L, file.Length);
        var partial = ranges && MayBePartial(request, state) && request.Headers.TryGetValue("range", out var asked)
            && TryRange(asked, file.Length, out start, out end);
        if (partial && start >= end)
        {
            var refusal = new ServerAnswer { Status = 416 };
            refusal._headers.Add(("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}")));
            return refusal;
        }

        var answer = new ServerAnswer { Status = partial ? 206 : 200, Length = end - start, _body = () => Open(file, start) };
        if (partial)
        {
            answer._headers.Add(("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{end - 1}/{file.Length}")));
        }

        if (ranges)
        {
            answer._headers.Add(("Accept-Ranges", "bytes"));
        }

        return answer;
    }

    private static bool MayBePartial(IncomingRequest request, (string? ETag, string? Modified) state) =>
        !request.Headers.TryGetValue("if-range", out var known) || known == state.ETag || known == state.Modified;

    /// <summary>One range; what is malformed is no range. An unsatisfiable one comes back empty.</summary>
    private static bool TryRange(string header, long length, out long start, out long end)
    {
        (start, end) = (0, length);
        if (!header.StartsWith("bytes=", StringComparison.Ordinal) || header[6..].Split('-') is not [var from, var to])
        {
            return false;
        }

        var hasFrom = long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var first);
        var hasTo = long.TryParse(to, NumberStyles.None, CultureInfo.InvariantCulture, out var last);
        if (hasFrom)
        {
            start = Math.Min(first, length);
            end = hasTo ? Math.Min(last + 1, length) : length;
            return true;
        }

        start = Math.Max(0, length - last);
        return hasTo;
    }

    private static FileStream Open(FileInfo file, long start)
    {
        var stream = file.OpenRead();
        stream.Seek(start, SeekOrigin.Begin);
        return stream;
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        206 => "Partial Content",
        304 => "Not Modified",
        404 => "Not Found",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Answer",
    };
}
