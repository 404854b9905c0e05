using System.Security.Cryptography;
using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Passes a stream on and computes the length and SHA-256 of what went through.</summary>
internal sealed class HashingStream(Stream source) : ForwardStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public long Count { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        var read = source.Read(buffer);
        _hash.AppendData(buffer[..read]);
        Count += read;
        return read;
    }

    /// <summary>The digest of all that was read.</summary>
    public Sha256Digest Finish()
    {
        Span<byte> digest = stackalloc byte[Sha256Digest.ByteCount];
        _hash.GetHashAndReset(digest);
        return new Sha256Digest(digest);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
