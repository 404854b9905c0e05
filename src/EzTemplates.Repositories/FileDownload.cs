using System.Buffers;
using System.Security.Cryptography;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// One file on its way: its <c>.part</c> with the digest of what is in it. An attempt goes on where the last one stopped, whichever
/// mirror that was. The part is locked, so that two commands do not write into one.
/// </summary>
internal sealed class FileDownload : IDisposable
{
    private const int ChunkBytes = 128 * 1024;

    private readonly FetchItem _item;
    private readonly MirrorClient _client;
    private readonly Action<long> _report;
    private readonly FileStream _part;
    private readonly HashSet<string> _contributors = new(StringComparer.Ordinal);
    private IncrementalHash _hash;
    private long _have;

    private FileDownload(FetchItem item, MirrorClient client, FileStream part, Action<long> report)
    {
        _item = item;
        _client = client;
        _part = part;
        _report = report;
        _hash = IncrementalHash.CreateHash(item.Digest.Algorithm);
    }

    /// <summary>Bytes that came in now, wasted ones included; it only grows.</summary>
    public long BytesFetched { get; private set; }

    /// <summary>Opens the part, waiting for another command that writes it, and takes over what it holds.</summary>
    /// <param name="report">Told by how much the bytes in place have changed.</param>
    public static async Task<FileDownload> OpenAsync(FetchItem item, MirrorClient client, Action<long> report, CancellationToken cancel)
    {
        var part = await OpenPartAsync(item.DestinationPath + ".part", client.Settings.Time, cancel).ConfigureAwait(false);
        var download = new FileDownload(item, client, part, report);
        try
        {
            await download.TakeOverAsync(cancel).ConfigureAwait(false);
            return download;
        }
        catch
        {
            download.Dispose();
            throw;
        }
    }

    /// <summary>Whether the part is whole and is what was promised.</summary>
    public bool IsComplete => _have == _item.Size && StatedDigest.Of(_hash.GetCurrentHash()) == _item.Digest;

    /// <summary>Fetches the rest from one address.</summary>
    /// <exception cref="MirrorFailure">It did not come, or was not what was promised.</exception>
    /// <exception cref="IOException">Our own disk failed.</exception>
    public async ValueTask<FileDownload> AttemptAsync(Uri address, CancellationToken cancel)
    {
        var started = _client.Settings.Time.GetTimestamp();
        var before = BytesFetched;
        try
        {
            await ReceiveAsync(address, cancel).ConfigureAwait(false);
            _client.Ranking.Succeeded(address, BytesFetched - before, _client.Settings.Time.GetElapsedTime(started));
            return this;
        }
        catch (MirrorFailure failure) when (failure.Kind != MirrorFailureKind.NotFound)
        {
            _client.Ranking.Failed(address, BytesFetched - before, _client.Settings.Time.GetElapsedTime(started));
            throw;
        }
    }

    /// <summary>Moves the finished part to its place.</summary>
    public void Commit()
    {
        // The caller's store decides what a crash may leave; the content is proved by its digest whenever it is used again.
        File.Move(_part.Name, _item.DestinationPath, overwrite: true);
    }

    /// <summary>Removes the part: it is of no use to anyone.</summary>
    public void Discard() => File.Delete(_part.Name);

    public void Dispose()
    {
        _part.Dispose();
        _hash.Dispose();
    }

    private static async Task<FileStream> OpenPartAsync(string path, TimeProvider time, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 0, FileOptions.SequentialScan);
            }
            catch (IOException busy) when (busy.GetType() == typeof(IOException) && busy.HResult == EWOULDBLOCK)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancel).ConfigureAwait(false);
            }
        }
    }

    // What .NET's flock answers when another process holds the file.
    private const int EWOULDBLOCK = 11;

    private async Task TakeOverAsync(CancellationToken cancel)
    {
        if (_part.Length > _item.Size)
        {
            Restart();
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await _part.ReadAsync(buffer, cancel).ConfigureAwait(false)) > 0)
            {
                Count(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (_have > 0)
        {
            // Left by an earlier command, by whichever mirror.
            _contributors.Add("");
        }

        if (_have == _item.Size && !IsComplete)
        {
            Restart();
        }
    }

    private async Task ReceiveAsync(Uri address, CancellationToken cancel)
    {
        using var response = await _client.OpenAsync(address, _have, null, cancel).ConfigureAwait(false);
        if (response.WholeSize is { } size && size != _item.Size)
        {
            throw new MirrorFailure(address, MirrorFailureKind.WrongContent, $"expected {_item.Size} bytes, it has {size}");
        }

        if (response.Offset != _have)
        {
            // A 200 to a Range request: this server sends the whole, so start again. No failure.
            Restart();
        }

        _contributors.Add(MirrorStatistics.KeyOf(address));
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int read;
            while ((read = await _client.ReadAsync(response, buffer, cancel).ConfigureAwait(false)) > 0)
            {
                BytesFetched += read;
                if (_have + read > _item.Size)
                {
                    Restart();
                    throw new MirrorFailure(address, MirrorFailureKind.WrongContent, $"expected {_item.Size} bytes, it sends more");
                }

                _part.Write(buffer, 0, read);
                Count(buffer.AsSpan(0, read));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Judge(address);
    }

    private void Judge(Uri address)
    {
        if (_have < _item.Size)
        {
            throw new MirrorFailure(address, MirrorFailureKind.Passing, $"it ended after {_have} of {_item.Size} bytes");
        }

        var got = StatedDigest.Of(_hash.GetCurrentHash());
        if (got == _item.Digest)
        {
            return;
        }

        // Only a mirror that sent every byte is known to be the wrong one; otherwise it may try again from the start.
        var alone = _contributors.Count == 1;
        Restart();
        var kind = alone ? MirrorFailureKind.WrongContent : MirrorFailureKind.Passing;
        throw new MirrorFailure(address, kind, $"expected {_item.Digest.KindName} {_item.Digest}, got {got}");
    }

    private void Count(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _have += bytes.Length;
        _report(bytes.Length);
    }

    private void Restart()
    {
        _part.SetLength(0);
        _part.Position = 0;
        _hash.Dispose();
        _hash = IncrementalHash.CreateHash(_item.Digest.Algorithm);
        _report(-_have);
        _have = 0;
        _contributors.Clear();
    }
}
