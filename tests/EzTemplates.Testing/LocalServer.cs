using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EzTemplates.Testing;

/// <summary>Which validators the answers carry.</summary>
[Flags]
public enum Validators
{
    None = 0,
    ETag = 1,
    LastModified = 2,
    Both = 3,
}

/// <summary>A request as it came, and what was answered.</summary>
public sealed record LoggedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, int Status)
{
    public string? ByteRange => Headers.GetValueOrDefault("range");

    public string? IfNoneMatch => Headers.GetValueOrDefault("if-none-match");

    public string? IfModifiedSince => Headers.GetValueOrDefault("if-modified-since");

    public bool IsConditional => IfNoneMatch is not null || IfModifiedSince is not null;
}

/// <summary>
/// A web server on 127.0.0.1 over one folder, in this process: HTTP/1.1 with persistent connections, GET and HEAD, validators and ranges
/// as switched, faults as asked, and a log. Requests run in parallel.
/// </summary>
public sealed class LocalServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<LoggedRequest> _log = new();
    private readonly ConcurrentQueue<ServerFault> _faults = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly Task _accepting;
    private TaskCompletionSource _stalls = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _disposed;

    public LocalServer(string folder)
    {
        Folder = folder;
        _listener.Start(512);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>What is served; may be changed while it runs.</summary>
    public string Folder { get; set; }

    public Validators Validators { get; set; } = Validators.Both;

    /// <summary>Off: a Range request is answered with 200 and the whole file.</summary>
    public bool Ranges { get; set; } = true;

    /// <summary>Without a slash at the end.</summary>
    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public IReadOnlyList<LoggedRequest> Requests => [.. _log];

    public ServerFault Add(ServerFault fault)
    {
        _faults.Enqueue(fault);
        return fault;
    }

    /// <summary>Forgets all faults; answers that stall go on.</summary>
    public void Heal()
    {
        _faults.Clear();
        ReleaseStalls();
    }

    public void ReleaseStalls() =>
        Interlocked.Exchange(ref _stalls, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    public void ClearLog() => _log.Clear();

    /// <summary>From here on the address refuses connections.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _stop.Cancel();
        _listener.Stop();
        ReleaseStalls();
        Task.WaitAll([_accepting, .. _connections.Keys], TimeSpan.FromSeconds(10));
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var serving = Task.Run(() => ServeAsync(client));
                _connections[serving] = true;
                _ = serving.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
            catch (Exception stopped) when (stopped is OperationCanceledException or SocketException or InvalidOperationException)
            {
                // Disposed, perhaps before the first request was waited for ("not listening", or the socket is gone).
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                var stream = client.GetStream();
                var reader = new RequestReader(stream);
                while (await reader.NextAsync(_stop.Token) is { } request && await AnswerAsync(client, stream, request))
                {
                }
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The client went away, or the server is stopping: neither is the test's matter.
            }
        }
    }

    /// <summary>True if the connection goes on.</summary>
    private async Task<bool> AnswerAsync(TcpClient client, NetworkStream stream, IncomingRequest request)
    {
        var fault = _faults.FirstOrDefault(f => f.Strikes(request.Path));
        var answer = fault?.Status is { } status
            ? ServerAnswer.Plain(status, fault.RetryAfter)
            : fault?.Instead is { } other
                ? ServerAnswer.Whole(other)
                : ServerAnswer.For(request, Folder, Validators, Ranges);
        _log.Enqueue(new LoggedRequest(request.Method, request.Path, request.Headers, answer.Status));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer.Head(request.KeepAlive)), _stop.Token);
        if (request.Method == "HEAD" || answer.Length == 0)
        {
            return request.KeepAlive;
        }

        var body = answer.Body();
        await using (body)
        {
            return await SendBodyAsync(client, stream, (body, answer.Length), fault) && request.KeepAlive;
        }
    }

    private async Task<bool> SendBodyAsync(TcpClient client, NetworkStream stream, (Stream Content, long Length) body, ServerFault? fault)
    {
        var stalls = _stalls.Task;
        var buffer = new byte[64 * 1024];
        long sent = 0;
        while (sent < body.Length)
        {
            var next = body.Length;
            foreach (var stop in (long?[])[fault?.TruncateAfter, fault?.ResetAfter, fault?.StallAfter])
            {
                if (stop == sent)
                {
                    if (stop != fault!.StallAfter)
                    {
                        client.LingerState = new LingerOption(stop == fault.ResetAfter, 0);
                        return false;
                    }

                    await stalls.WaitAsync(_stop.Token);
                }
                else if (stop > sent)
                {
                    next = Math.Min(next, stop.Value);
                }
            }

            var count = await body.Content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, next - sent)), _stop.Token);
            if (count == 0)
            {
                return false;
            }

            if (fault?.WrongByteAt is { } wrong && wrong >= sent && wrong < sent + count)
            {
                buffer[wrong - sent] ^= 0xFF;
            }

            await stream.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            sent += count;
        }

        return true;
    }
}
