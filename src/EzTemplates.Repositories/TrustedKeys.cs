using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Repositories;

/// <summary>
/// The keys that may sign a repository: the key files they are in (binary or armored), key texts written inline, and, if any are
/// named, the only fingerprints allowed out of those (40 or 64 digits, upper case; a <c>!</c> behind one means that very subkey).
/// </summary>
public sealed record TrustedKeys(ImmutableArray<string> Files, ImmutableArray<string> Inline, ImmutableArray<string> Fingerprints)
{
    private static readonly ImmutableArray<string> KeyFolders = ["etc/apt/keyrings", "etc/apt/trusted.gpg.d", "usr/share/keyrings"];

    public static TrustedKeys None { get; } = new([], [], []);

    public bool IsEmpty => Files.IsEmpty && Inline.IsEmpty;

    /// <summary>What a signature by a key outside of them is compared with, for a person.</summary>
    public string Describe() => (Files, Inline, Fingerprints) switch
    {
        (_, _, { IsEmpty: false }) => string.Join(", ", Fingerprints),
        ({ IsEmpty: false }, _, _) => string.Join(", ", Files.Select(f => $"`{f}`")),
        (_, { IsEmpty: false }, _) => "the key inside the sources file",
        _ => "no key at all",
    };

    public bool Equals(TrustedKeys? other) =>
        other is not null && Files.SequenceEqual(other.Files) && Inline.SequenceEqual(other.Inline) && Fingerprints.SequenceEqual(other.Fingerprints);

    public override int GetHashCode() => HashCode.Combine(Files.Length, Inline.Length, Fingerprints.Length, Files.FirstOrDefault(), Fingerprints.FirstOrDefault());

    /// <summary>Every key file that this host's APT and its keyring packages keep; where bare fingerprints are looked up.</summary>
    internal static HostKeyFiles HostKeyrings(string root)
    {
        ImmutableArray<string> folders = [.. KeyFolders.Select(folder => Path.Combine(root, folder))];
        var files = folders.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None }).Order(StringComparer.Ordinal))
            .Where(IsKeyFile);
        return new HostKeyFiles([.. files], folders);
    }

    internal static bool IsKeyFile(string path) => path.EndsWith(".gpg", StringComparison.Ordinal) || path.EndsWith(".asc", StringComparison.Ordinal) || path.EndsWith(".pgp", StringComparison.Ordinal);

    internal static bool TryFingerprint(string text, out string fingerprint)
    {
        var exact = text.EndsWith('!');
        var digits = (exact ? text[..^1] : text).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        fingerprint = exact ? digits + "!" : digits;
        return digits.Length is 40 or 64 && digits.All(char.IsAsciiHexDigit);
    }

    /// <summary>The binary form of an armored text (RFC 9580 6.2), of all its blocks; what is binary already stays as it is.</summary>
    /// <param name="name">What errors call it.</param>
    /// <param name="kind">What its header line says it is.</param>
    /// <exception cref="EzException">It looks armored and is not.</exception>
    internal static byte[] Dearmor(byte[] armored, string name, string kind = "PGP PUBLIC KEY BLOCK")
    {
        var begin = $"-----BEGIN {kind}-----";
        var lines = Encoding.Latin1.GetString(armored).Split('\n').Select(line => line.Trim()).ToList();
        if (!lines.Exists(line => line.StartsWith("-----BEGIN ", StringComparison.Ordinal)))
        {
            return armored;
        }

        using var binary = new MemoryStream();
        for (var i = lines.IndexOf(begin); i >= 0; i = lines.IndexOf(begin, i + 1))
        {
            binary.Write(ReadArmor(lines, i + 1, name));
        }

        return binary.Length > 0 ? binary.ToArray() : throw BrokenArmor(name);
    }

    private static byte[] ReadArmor(List<string> lines, int start, string name)
    {
        // Headers (`Comment: ...`), an empty line, base64, a checksum that starts with `=`, the end.
        var end = lines.FindIndex(start, line => line.StartsWith("-----END ", StringComparison.Ordinal));
        if (end < 0)
        {
            throw BrokenArmor(name);
        }

        var body = lines.GetRange(start, end - start).SkipWhile(line => line.Contains(':', StringComparison.Ordinal) || line == "")
            .Where(line => !line.StartsWith('='));
        try
        {
            return Convert.FromBase64String(string.Concat(body));
        }
        catch (FormatException)
        {
            throw BrokenArmor(name);
        }
    }

    private static EzException BrokenArmor(string name) =>
        new(FailureKind.Untrusted, $"`{name}` holds no OpenPGP key or signature that can be read: its armor is broken", "write it anew: `gpg --armor --export FINGERPRINT`");
}
