using System.Text;

namespace EzTemplates.Testing;

internal sealed record IncomingRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, bool KeepAlive);

/// <summary>Reads request heads from a connection, one after another; bodies are not expected.</summary>
internal sealed class RequestReader(Stream stream)
{
    private const int Limit = 64 * 1024;
    private readonly byte[] _buffer = new byte[Limit];
    private int _filled;

    /// <summary>Null at the end of the connection, or where what comes is no request.</summary>
    public async Task<IncomingRequest?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Encoding.Latin1.GetString(_buffer, 0, end);
                var rest = end + 4;
                _buffer.AsSpan(rest, _filled - rest).CopyTo(_buffer);
                _filled -= rest;
                return Parse(head);
            }

            var count = _filled == Limit ? 0 : await stream.ReadAsync(_buffer.AsMemory(_filled), cancellation);
            if (count == 0)
            {
                return null;
            }

            _filled += count;
        }
    }

    private static IncomingRequest? Parse(string head)
    {
        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [var method, var target, var protocol])
        {
            return null;
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                headers[line[..colon]] = line[(colon + 1)..].Trim();
            }
        }

        var connection = headers.GetValueOrDefault("connection", "");
        var keep = protocol == "HTTP/1.1" && !connection.Contains("close", StringComparison.OrdinalIgnoreCase);
        var path = Uri.TryCreate(target, UriKind.Absolute, out var absolute) && absolute.Scheme == "http" ? absolute.AbsolutePath : target.Split('?')[0];
        return new IncomingRequest(method, Uri.UnescapeDataString(path), headers, keep);
    }
}
