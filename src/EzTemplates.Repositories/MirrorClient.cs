using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace EzTemplates.Repositories;

/// <summary>
/// The way to all mirrors: connections, policies and measurements of one command. http, https and file; proxies from the environment
/// (<c>http_proxy</c>, <c>https_proxy</c>, <c>no_proxy</c>). Made once at the top and shared.
/// </summary>
public sealed class MirrorClient : IDisposable
{
    // Made for the first address that is asked: most commands ask none.
    private readonly Lazy<HttpMessageInvoker> _http;
    private readonly Lazy<FetchPipelines> _pipelines;

    /// <param name="known">What earlier commands measured.</param>
    public MirrorClient(FetchSettings? settings = null, IEnumerable<MirrorStatistics>? known = null)
    {
        Settings = settings ?? new FetchSettings();
        Ranking = new MirrorRanking(known ?? []);
        _pipelines = new(() => new FetchPipelines(Settings));
        _http = new(() => MakeHttp(Settings));
    }

    public FetchSettings Settings { get; }

    /// <summary>What was known and what was measured since.</summary>
    public ImmutableArray<MirrorStatistics> Statistics => Ranking.Statistics;

    /// <summary>Is told of every address that was asked, from any thread.</summary>
    public Action<MirrorRequest>? Told { get; init; }

    internal FetchPipelines Pipelines => _pipelines.Value;

    internal MirrorRanking Ranking { get; }

    public void Dispose()
    {
        if (_http.IsValueCreated)
        {
            _http.Value.Dispose();
        }
    }

    /// <summary>Opens one address from an offset. The server may answer with the whole; see <see cref="MirrorResponse.Offset"/>.</summary>
    /// <exception cref="MirrorFailure">Any other answer, or none.</exception>
    internal async Task<MirrorResponse> OpenAsync(Uri address, long offset, Validators? have, CancellationToken cancel)
    {
        var started = Settings.Time.GetTimestamp();
        try
        {
            var response = await RequestAsync(address, offset, have, cancel).ConfigureAwait(false);
            Told?.Invoke(MirrorRequest.Answered(response, Settings.Time.GetElapsedTime(started)));
            return response;
        }
        catch (MirrorFailure failure)
        {
            Told?.Invoke(MirrorRequest.Refused(address, failure, Settings.Time.GetElapsedTime(started)));
            throw;
        }
    }

    private async Task<MirrorResponse> RequestAsync(Uri address, long offset, Validators? have, CancellationToken cancel)
    {
        if (address.IsFile)
        {
            return OpenFile(address, offset);
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("User-Agent", Settings.UserAgent);
        if (offset > 0)
        {
            request.Headers.Range = new RangeHeaderValue(offset, null);
        }

        if (have?.EntityTag is { } tag)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
        }

        request.Headers.IfModifiedSince = have?.LastModified;
        var response = await Pipelines.StepAsync(address, async token => await SendAsync(request, token).ConfigureAwait(false), cancel).ConfigureAwait(false);
        try
        {
            return await AcceptAsync(address, response, offset, cancel).ConfigureAwait(false);
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <summary>Reads what comes next, 0 at the end.</summary>
    /// <exception cref="MirrorFailure">The connection broke, or nothing came for too long.</exception>
    internal async ValueTask<int> ReadAsync(MirrorResponse response, Memory<byte> buffer, CancellationToken cancel)
    {
        try
        {
            return await Pipelines.StepAsync(response.Address, token => response.Body.ReadAsync(buffer, token), cancel).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException or SocketException)
        {
            var reason = response.Address.IsFile ? broken.Message : "the connection broke off before the end";
            throw new MirrorFailure(response.Address, MirrorFailureKind.Passing, reason, broken);
        }
    }

    /// <summary>No HttpClient: what it adds is its own timeout, and progress is what is timed here.</summary>
    private static HttpMessageInvoker MakeHttp(FetchSettings settings) => new(
        new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.None,
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = 5,
            ConnectTimeout = settings.ConnectTimeout,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxConnectionsPerServer = Math.Max(settings.Parallel, 4),
            UseCookies = false,
        },
        disposeHandler: true);

    private static MirrorResponse OpenFile(Uri address, long offset)
    {
        try
        {
            var file = new FileStream(address.LocalPath, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            offset = Math.Min(offset, file.Length);
            file.Position = offset;
            return new MirrorResponse(address, file, null) { Offset = offset, WholeSize = file.Length };
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new MirrorFailure(address, MirrorFailureKind.NotFound, "there is no such file", missing);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new MirrorFailure(address, MirrorFailureKind.Refused, refused.Message, refused);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        var address = request.RequestUri!;
        try
        {
            return await _http.Value.SendAsync(request, cancel).ConfigureAwait(false);
        }
        catch (HttpRequestException failed)
        {
            // An unknown host or a bad certificate will not change within seconds.
            var kind = failed.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                ? MirrorFailureKind.Refused
                : MirrorFailureKind.Passing;
            throw new MirrorFailure(address, kind, Reason(failed), failed) { BlamesMirror = true };
        }
        catch (OperationCanceledException late) when (!cancel.IsCancellationRequested)
        {
            throw new MirrorFailure(address, MirrorFailureKind.Passing, "the connection could not be made in time", late) { BlamesMirror = true };
        }
    }

    private static string Reason(HttpRequestException failed) => failed.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => "the host name is not known",
        HttpRequestError.ConnectionError => "the host refuses the connection",
        HttpRequestError.SecureConnectionError => "the secure connection failed: " + (failed.InnerException?.Message ?? failed.Message),
        HttpRequestError.ResponseEnded => "the connection broke off before the answer",
        _ => failed.InnerException?.Message ?? failed.Message,
    };

    private async Task<MirrorResponse> AcceptAsync(Uri address, HttpResponseMessage response, long offset, CancellationToken cancel)
    {
        var tag = response.Headers.ETag?.ToString();
        var modified = response.Content.Headers.LastModified;
        if (response.StatusCode == HttpStatusCode.NotModified)
        {
            return new MirrorResponse(address, Stream.Null, response) { NotModified = true, EntityTag = tag, LastModified = modified };
        }

        if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
        {
            throw Failure(address, response);
        }

        var range = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange : null;
        if (response.StatusCode == HttpStatusCode.PartialContent && range?.From != offset)
        {
            throw new MirrorFailure(address, MirrorFailureKind.Refused, $"it was asked for bytes from {offset} and sent others");
        }

        var body = await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        return new MirrorResponse(address, body, response)
        {
            Offset = range is null ? 0 : offset,
            WholeSize = range is null ? response.Content.Headers.ContentLength : range.Length,
            EntityTag = tag,
            LastModified = modified,
        };
    }

    private MirrorFailure Failure(Uri address, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var reason = $"it answers {status} {response.ReasonPhrase}".TrimEnd();
        return status switch
        {
            404 or 410 => new MirrorFailure(address, MirrorFailureKind.NotFound, reason),
            408 or 416 or 429 or >= 500 => new MirrorFailure(address, MirrorFailureKind.Passing, reason)
            {
                RetryAfter = Pause(response.Headers.RetryAfter),
                BlamesMirror = status >= 500,
            },
            _ => new MirrorFailure(address, MirrorFailureKind.Refused, reason),
        };
    }

    private TimeSpan? Pause(RetryConditionHeaderValue? asked)
    {
        var pause = asked?.Delta ?? (asked?.Date is { } date ? date - Settings.Time.GetUtcNow() : null);
        return pause is { } some && some < TimeSpan.Zero ? TimeSpan.Zero : pause;
    }
}
