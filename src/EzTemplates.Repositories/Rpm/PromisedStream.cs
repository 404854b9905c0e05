using System.Security.Cryptography;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Repositories;

/// <summary>
/// The decompressed bytes of a metadata file, checked against what repomd.xml promises while a parser takes them: never more than
/// promised, and at the end the promised digest. What was parsed counts only after <see cref="Finish"/>.
/// </summary>
internal sealed class PromisedStream(Stream decoded, RepomdFile promised, string name) : ForwardStream
{
    public const string Hint = "the repository is broken at its source: try again later, or another mirror, `--mirror ID=URL`";

    /// <summary>Of one file, as fetched and decompressed, whatever repomd.xml promises, which need not be signed. Fedora's filelists, the largest there are, have two thirds of it.</summary>
    public const long MostBytes = 1L << 30;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(promised.OpenDigest?.Algorithm ?? HashAlgorithmName.SHA256);
    private readonly long _limit = Math.Min(promised.OpenSize ?? MostBytes, MostBytes);
    private long _count;

    public override int Read(Span<byte> buffer)
    {
        var read = decoded.Read(buffer);
        _hash.AppendData(buffer[..read]);
        _count += read;
        return _count <= _limit ? read : throw new EzException(
            FailureKind.Untrusted, $"`{name}` is larger once decompressed than the {_limit} bytes that {(_limit == promised.OpenSize ? "its repomd.xml promises" : "are read")}", Hint);
    }

    /// <summary>Reads what the parser left.</summary>
    /// <exception cref="EzException">It is not what was promised.</exception>
    public void Finish()
    {
        var buffer = new byte[64 * 1024];
        while (Read(buffer) > 0)
        {
        }

        if (promised.OpenDigest is { } expected && StatedDigest.Of(_hash.GetHashAndReset()) is var got && got != expected)
        {
            throw new EzException(FailureKind.Untrusted, $"`{name}` is not what its repomd.xml promises once decompressed: expected {expected.KindName} {expected}, got {got}", Hint);
        }
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
