using System.Security.Cryptography;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Tests.Archives;

/// <summary>Reads a package as the store does, but keeps nothing: from a stream that cannot seek and gives what it likes.</summary>
internal static class DebInMemory
{
    public static PackageContents Read(byte[] deb, bool devices = true, int threads = 1, string name = "odd.deb")
    {
        using var stream = new DribblingStream(deb);
        return DebReader.Read(stream, new DebReadOptions { FileName = name, AllowDevices = devices, DecoderThreads = threads }, Sink);
    }

    public static MalformedArchiveException Refused(byte[] deb) => Xunit.Assert.Throws<MalformedArchiveException>(() => Read(deb));

    public static ManifestEntry Entry(this PackageContents contents, string path) =>
        contents.Entries.Single(entry => entry.Entry.Path == TreePath.Parse(path)).Entry;

    public static Sha256Digest Sink(Stream content, long size)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[81920];
        for (var left = size; left > 0;)
        {
            var read = content.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            Xunit.Assert.True(read > 0, "a file's content ended before its size");
            hash.AppendData(buffer, 0, read);
            left -= read;
        }

        return new Sha256Digest(hash.GetHashAndReset());
    }
}

/// <summary>Answers reads with fewer bytes than asked for, and cannot seek.</summary>
internal sealed class DribblingStream(byte[] content) : Stream
{
    private int _position;
    private int _turn;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        _turn = (_turn + 1) % 5;
        var most = _turn == 0 ? 1 : _turn == 1 ? 37 : 70_000;
        var taken = Math.Min(Math.Min(count, most), content.Length - _position);
        content.AsSpan(_position, taken).CopyTo(buffer.AsSpan(offset));
        _position += taken;
        return taken;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
