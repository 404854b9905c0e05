using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>Keys as text, to be carried along: the armor of RFC 9580, 6.2, with the checksum that GnuPG 2.2 does not read a padded text without.</summary>
public static class KeyBlocks
{
    private const int LineBytes = 48;
    private const int PublicKeyPacket = 6;

    // sources.list(5), Signed-By: no other key of the same certificate.
    private const char ThisKeyAlone = '!';

    /// <summary>A repository's key file as text, so that it need not lie beside a recipe any more.</summary>
    /// <exception cref="EzException">It cannot be read, or holds no key.</exception>
    public static RepositorySpec Inline(RepositorySpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return spec.Keys switch
        {
            KeySource.KeyFile file => spec with { Keys = new KeySource.Inline(Armor(Read(file.FullPath))) },
            KeySource.Fingerprints { Files.IsEmpty: false } some => spec with { Keys = Inline(spec.Id, some) },
            _ => spec,
        };
    }

    private static KeySource Inline(string repository, KeySource.Fingerprints keys)
    {
        var certificates = keys.Files.Select(file => NamedKeys.Find(repository, file)).DistinctBy(found => found.Fingerprint).OrderBy(found => found.Fingerprint, StringComparer.Ordinal).ToList();
        var armored = Armor([.. certificates.SelectMany(found => found.Bytes)]);
        return keys.Allowed.All(asked => certificates.Exists(found => found.Fingerprint == asked))
            ? new KeySource.Inline(armored)
            : new KeySource.Fingerprints(keys.Allowed) { Armored = armored };
    }

    /// <summary>The certificates of a key file, binary or armored.</summary>
    /// <exception cref="EzException">Usage: it cannot be read. Untrusted: it is no key file.</exception>
    internal static List<(string Fingerprint, byte[] Bytes)> CertificatesIn(string file) => [.. Certificates(Read(file))];

    /// <summary>The field <c>Signed-By</c> of an APT source that any of these keys sign: of several sets, as a source may have one field only.</summary>
    /// <remarks>Where fingerprints choose, only those keys; of one that is in no file the fingerprint stands, and the environment is to have it.</remarks>
    internal static string SignedBy(IReadOnlyList<TrustedKeys> sets, Func<string, bool> isInTree)
    {
        if (sets.All(keys => keys is { Inline.IsEmpty: true, Fingerprints.IsEmpty: true, Files.IsEmpty: false } && keys.Files.All(isInTree)))
        {
            return $"Signed-By: {string.Join(", ", sets.SelectMany(keys => keys.Files).Distinct(StringComparer.Ordinal))}\n";
        }

        var chosen = sets.Select(keys => (keys.Fingerprints, Certificates: Certificates(keys))).ToList();
        if (chosen.Exists(set => set.Fingerprints.Any(asked => set.Certificates.TrueForAll(certificate => certificate.Fingerprint != asked))))
        {
            var fingerprints = chosen.SelectMany(set => set.Fingerprints.IsEmpty ? set.Certificates.Select(certificate => certificate.Fingerprint) : set.Fingerprints);
            return $"Signed-By: {string.Join(", ", fingerprints.Distinct(StringComparer.Ordinal))}\n";
        }

        var certificates = chosen.SelectMany(set => set.Certificates).DistinctBy(certificate => certificate.Fingerprint).OrderBy(certificate => certificate.Fingerprint, StringComparer.Ordinal);
        var armored = Armor([.. certificates.SelectMany(certificate => certificate.Bytes)]).TrimEnd('\n').Split('\n').Select(line => line.Length == 0 ? " ." : " " + line);
        return $"Signed-By:\n{string.Join('\n', armored)}\n";
    }

    /// <summary>The keys as a file for rpm, which reads one from a block.</summary>
    internal static string Blocks(TrustedKeys keys) =>
        string.Concat(Certificates(keys).DistinctBy(certificate => certificate.Fingerprint).OrderBy(certificate => certificate.Fingerprint, StringComparer.Ordinal).Select(certificate => Armor(certificate.Bytes)));

    private static List<(string Fingerprint, byte[] Bytes)> Certificates(TrustedKeys keys)
    {
        var rings = keys.Files.Select(Read).Concat(keys.Inline.Select(text => TrustedKeys.Dearmor(Encoding.UTF8.GetBytes(text), "the key inside the sources file")));
        return [.. rings.SelectMany(Certificates).Where(certificate => keys.Fingerprints.IsEmpty || keys.Fingerprints.Any(asked => asked.TrimEnd(ThisKeyAlone) == certificate.Fingerprint))];
    }

    internal static string Armor(byte[] binary)
    {
        var text = new StringBuilder("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n");
        foreach (var line in binary.Chunk(LineBytes))
        {
            text.Append(Convert.ToBase64String(line)).Append('\n');
        }

        var checksum = Checksum(binary);
        text.Append('=').Append(Convert.ToBase64String([(byte)(checksum >> 16), (byte)(checksum >> 8), (byte)checksum])).Append('\n');
        return text.Append("-----END PGP PUBLIC KEY BLOCK-----\n").ToString();
    }

    /// <summary>CRC-24, RFC 9580, 6.1.1.</summary>
    private static int Checksum(ReadOnlySpan<byte> bytes)
    {
        const int start = 0xB704CE, polynomial = 0x864CFB, top = 1 << 23;
        var sum = start;
        foreach (var value in bytes)
        {
            sum ^= value << 16;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & top) != 0 ? (sum << 1) ^ polynomial : sum << 1;
            }

            sum &= (top << 1) - 1;
        }

        return sum;
    }

    /// <summary>The certificates of a keyring: each begins with a public key (RFC 9580, 10.1).</summary>
    internal static IEnumerable<(string Fingerprint, byte[] Bytes)> Certificates(byte[] ring)
    {
        var (start, fingerprint) = (0, "");
        for (var at = 0; at < ring.Length;)
        {
            var (tag, body, next) = Packet(ring, at);
            if (tag == PublicKeyPacket)
            {
                if (fingerprint.Length > 0)
                {
                    yield return (fingerprint, ring[start..at]);
                }

                (start, fingerprint) = (at, Fingerprint(ring.AsSpan(body, next - body)));
            }

            at = next;
        }

        if (fingerprint.Length > 0)
        {
            yield return (fingerprint, ring[start..]);
        }
    }

    /// <summary>RFC 9580, 5.5.4.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "a version 4 key's fingerprint is SHA-1; it only tells keys apart that the host trusts")]
    private static string Fingerprint(ReadOnlySpan<byte> body)
    {
        var isFour = body[0] == 4;
        byte[] text = isFour ? [0x99, 0, 0, .. body] : [0x9b, 0, 0, 0, 0, .. body];
        if (isFour)
        {
            BinaryPrimitives.WriteUInt16BigEndian(text.AsSpan(1), checked((ushort)body.Length));
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(text.AsSpan(1), body.Length);
        }

        return Convert.ToHexString(isFour ? SHA1.HashData(text) : SHA256.HashData(text));
    }

    /// <summary>RFC 9580, 4.2; keys are never written in parts.</summary>
    private static (int Tag, int Body, int Next) Packet(byte[] ring, int at)
    {
        try
        {
            var first = ring[at++];
            int tag, length;
            if ((first & 0x40) != 0)
            {
                tag = first & 0x3f;
                int one = ring[at++];
                length = one < 192 ? one
                    : one < 224 ? ((one - 192) << 8) + ring[at++] + 192
                    : one == 255 ? BinaryPrimitives.ReadInt32BigEndian(ring.AsSpan((at += 4) - 4, 4))
                    : throw new FormatException("in parts");
            }
            else
            {
                tag = (first >> 2) & 0xf;
                var width = 1 << (first & 3);
                length = width switch
                {
                    1 => ring[at],
                    2 => BinaryPrimitives.ReadUInt16BigEndian(ring.AsSpan(at, 2)),
                    4 => BinaryPrimitives.ReadInt32BigEndian(ring.AsSpan(at, 4)),
                    _ => throw new FormatException("without a length"),
                };
                at += width;
            }

            return (first & 0x80) != 0 && length > 0 && length <= Math.Min(ring.Length - at, tag == PublicKeyPacket ? ushort.MaxValue : int.MaxValue) ? (tag, at, at + length) : throw new FormatException("cut off");
        }
        catch (Exception malformed) when (malformed is FormatException or IndexOutOfRangeException or ArgumentOutOfRangeException)
        {
            throw new EzException(FailureKind.Untrusted, "a keyring that is to be trusted holds something that is no OpenPGP packet", "gpg --show-keys FILE for each key file of the recipe and each Signed-By of this host");
        }
    }

    private static byte[] Read(string file)
    {
        try
        {
            return TrustedKeys.Dearmor(File.ReadAllBytes(file), file);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new EzException(FailureKind.Usage, $"cannot read the key file `{file}`: {failure.Message}", "give a file that this user may read");
        }
    }
}
