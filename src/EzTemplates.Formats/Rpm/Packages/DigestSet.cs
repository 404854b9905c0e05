using System.Security.Cryptography;

namespace EzTemplates.Formats;

/// <summary>Digests of several kinds over the same bytes, each with what it must come to.</summary>
internal sealed class DigestSet : IDisposable
{
    private readonly List<(string Field, IncrementalHash Hash, string Expected)> _digests = [];

    /// <param name="field">What errors call it.</param>
    /// <param name="hex">Of either case.</param>
    public void Expect(string field, HashAlgorithmName algorithm, string hex)
    {
        var hash = IncrementalHash.CreateHash(algorithm);
        _digests.Add((field, hash, hex));
        if (hex.Length != hash.HashLengthInBytes * 2)
        {
            throw new MalformedArchiveException($"its field {field} has {hex.Length} digits, a {algorithm.Name} digest has {hash.HashLengthInBytes * 2}");
        }
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var (_, hash, _) in _digests)
        {
            hash.AppendData(bytes);
        }
    }

    /// <exception cref="MalformedArchiveException">One of them is another one than expected; it names the field.</exception>
    public void Check()
    {
        foreach (var (field, hash, expected) in _digests)
        {
            var found = Convert.ToHexStringLower(hash.GetHashAndReset());
            if (!found.Equals(expected, StringComparison.OrdinalIgnoreCase))
            {
                throw new MalformedArchiveException($"{field} promises {expected}, the bytes come to {found}: it is damaged");
            }
        }
    }

    public void Dispose() => _digests.ForEach(digest => digest.Hash.Dispose());
}

/// <summary>Passes a stream on and gives what went through to a set of digests, which stays its owner's.</summary>
internal sealed class DigestingStream(Stream source, DigestSet digests) : ForwardStream
{
    public override int Read(Span<byte> buffer)
    {
        var read = source.Read(buffer);
        digests.Append(buffer[..read]);
        return read;
    }
}
