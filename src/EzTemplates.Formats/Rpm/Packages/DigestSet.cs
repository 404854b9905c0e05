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
        RequireLength(field, algorithm, hex, hash.HashLengthInBytes);
    }

    /// <exception cref="MalformedArchiveException">It can be no such digest.</exception>
    public static void RequireLength(string field, HashAlgorithmName algorithm, string hex, int bytes)
    {
        if (hex.Length != bytes * 2)
        {
            throw new MalformedArchiveException($"its field {field} has {hex.Length} digits, a {algorithm.Name} digest has {bytes * 2}");
        }
    }

    /// <exception cref="MalformedArchiveException">They are different ones.</exception>
    public static void RequireEqual(string field, string expected, string found)
    {
        if (!found.Equals(expected, StringComparison.OrdinalIgnoreCase))
        {
            throw new MalformedArchiveException($"{field} promises {expected}, the bytes come to {found}: it is damaged");
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
            RequireEqual(field, expected, Convert.ToHexStringLower(hash.GetHashAndReset()));
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
