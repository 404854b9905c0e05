using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace EzTemplates.Testing.Tests;

public sealed class LocalServerTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];
    private readonly TempFolder _temp = new();
    private readonly LocalServer _server;
    private readonly HttpClient _client = new();

    public LocalServerTests()
    {
        _temp.WriteFile("file", Content);
        _server = new LocalServer(_temp.Root);
    }

    public void Dispose()
    {
        _client.Dispose();
        _server.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public async Task Many_at_once_get_the_whole_file()
    {
        var all = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => _client.GetByteArrayAsync($"{_server.Address}/file", Token)));
        Assert.All(all, one => Assert.True(one.AsSpan().SequenceEqual(Content)));
        Assert.Equal(64, _server.Requests.Count);
    }

    [Theory]
    [InlineData(100L, 199L, HttpStatusCode.PartialContent, 100)]
    [InlineData(299_990L, null, HttpStatusCode.PartialContent, 10)]
    [InlineData(null, 7L, HttpStatusCode.PartialContent, 7)]
    [InlineData(300_000L, null, HttpStatusCode.RequestedRangeNotSatisfiable, 0)]
    public async Task A_range_is_answered(long? from, long? to, HttpStatusCode status, int length)
    {
        using var response = await GetAsync(request => request.Headers.Range = new RangeHeaderValue(from, to));
        Assert.Equal(status, response.StatusCode);
        var body = await response.Content.ReadAsByteArrayAsync(Token);
        Assert.Equal(length, body.Length);
        var start = from ?? Content.Length - to!.Value;
        Assert.True(body.AsSpan().SequenceEqual(Content.AsSpan((int)start, length)));
    }

    [Fact]
    public async Task Without_ranges_all_of_it_comes()
    {
        _server.Ranges = false;
        using var response = await GetAsync(request => request.Headers.Range = new RangeHeaderValue(5, null));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Content.Length, (await response.Content.ReadAsByteArrayAsync(Token)).Length);
    }

    [Theory]
    [InlineData(Validators.ETag)]
    [InlineData(Validators.LastModified)]
    [InlineData(Validators.None)]
    public async Task Conditions_are_judged_by_the_validators_that_are_on(Validators validators)
    {
        _server.Validators = validators;
        using var first = await GetAsync(_ => { });
        Assert.Equal(validators.HasFlag(Validators.ETag), first.Headers.ETag is not null);
        Assert.Equal(validators.HasFlag(Validators.LastModified), first.Content.Headers.LastModified is not null);
        using var second = await GetAsync(request =>
        {
            if (first.Headers.ETag is { } tag)
            {
                request.Headers.IfNoneMatch.Add(tag);
            }

            request.Headers.IfModifiedSince = first.Content.Headers.LastModified;
        });
        Assert.Equal(validators == Validators.None ? HttpStatusCode.OK : HttpStatusCode.NotModified, second.StatusCode);
    }

    [Fact]
    public async Task Faults_strike_as_often_as_asked()
    {
        var fault = _server.Add(new ServerFault { Path = "file", Status = 503, RetryAfter = "1", After = 1, Times = 2 });
        var seen = new List<HttpStatusCode>();
        for (var i = 0; i < 4; i++)
        {
            using var response = await GetAsync(_ => { });
            seen.Add(response.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK], seen);
        Assert.Equal(2, fault.Struck);
    }

    [Fact]
    public async Task Truncation_and_reset_end_the_body_early()
    {
        _server.Add(new ServerFault { TruncateAfter = 1000 });
        _server.Add(new ServerFault { ResetAfter = 1000 });
        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => _client.GetByteArrayAsync($"{_server.Address}/file", Token));
        }

        Assert.True((await _client.GetByteArrayAsync($"{_server.Address}/file", Token)).AsSpan().SequenceEqual(Content));
    }

    [Fact]
    public async Task A_stalled_answer_goes_on_when_released_and_a_wrong_byte_is_wrong()
    {
        _server.Add(new ServerFault { StallAfter = 1000 });
        _server.Add(new ServerFault { WrongByteAt = 5, After = 1 });
        using var response = await _client.GetAsync($"{_server.Address}/file", HttpCompletionOption.ResponseHeadersRead, Token);
        var body = response.Content.ReadAsByteArrayAsync(Token);
        var other = await _client.GetByteArrayAsync($"{_server.Address}/file", Token);
        Assert.False(body.IsCompleted);
        _server.ReleaseStalls();
        Assert.True((await body).AsSpan().SequenceEqual(Content));
        Assert.Equal(Content.Length, other.Length);
    }

    [Fact]
    public async Task Nothing_outside_the_folder_is_served_and_after_the_end_nothing_answers()
    {
        using var outside = await _client.GetAsync($"{_server.Address}/..%2f..%2fetc/passwd", Token);
        Assert.Equal(HttpStatusCode.NotFound, outside.StatusCode);
        var address = _server.Address;
        _server.Dispose();
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync($"{address}/file", Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<HttpResponseMessage> GetAsync(Action<HttpRequestMessage> change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_server.Address}/file");
        change(request);
        return await _client.SendAsync(request, Token);
    }
}
