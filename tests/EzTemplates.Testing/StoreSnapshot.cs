using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Xunit;

namespace EzTemplates.Testing;

/// <summary>
/// A directory tree at one moment: every path with type, mode, owner, link target and content, one line each, for
/// "it is as it was" assertions. Times are left out unless asked for. Names are bytes (as Latin-1), so any name will do.
/// </summary>
public sealed class StoreSnapshot
{
    private StoreSnapshot(ImmutableArray<string> lines) => Lines = lines;

    public ImmutableArray<string> Lines { get; }

    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.Latin1.GetBytes(string.Join('\n', Lines))));

    /// <param name="folder">An existing folder; other file systems mounted below are not entered.</param>
    /// <param name="without">Path prefixes, relative to the folder, that do not count: <c>catalog.db</c>, <c>store/archives</c>.</param>
    public static StoreSnapshot Take(string folder, params string[] without)
    {
        ArgumentNullException.ThrowIfNull(without);
        var listing = Find(folder, ["-printf", "%P\\0%y %m %U %G %l\\0"]);
        var contents = Digests(folder);
        var lines = new List<string>();
        for (var i = 0; i + 1 < listing.Length; i += 2)
        {
            var (path, facts) = (listing[i], listing[i + 1]);
            if (!without.Any(prefix => path == prefix || path.StartsWith(prefix + "/", StringComparison.Ordinal)))
            {
                lines.Add($"{(path.Length == 0 ? "." : path)} {facts}{(contents.TryGetValue(path, out var digest) ? digest : "")}");
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return new StoreSnapshot([.. lines]);
    }

    /// <summary>Fails with the lines that differ.</summary>
    public void AssertSame(StoreSnapshot now)
    {
        ArgumentNullException.ThrowIfNull(now);
        var gone = Lines.Except(now.Lines, StringComparer.Ordinal).Select(line => "- " + line);
        var come = now.Lines.Except(Lines, StringComparer.Ordinal).Select(line => "+ " + line);
        var differences = gone.Concat(come).ToList();
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences.Take(40))}");
    }

    private static Dictionary<string, string> Digests(string folder)
    {
        var files = ToolRun.Run("find", folder, "-xdev", "-type", "f", "-printf", "%P\\0").Succeed().Stdout;
        var sums = ToolRun.Run(new ToolCommand("xargs", "-0", "-r", "sha256sum", "-z", "--") { Stdin = files, WorkingDirectory = folder }).Succeed();
        return Split(sums.Stdout).ToDictionary(row => row[66..], row => row[..64], StringComparer.Ordinal);
    }

    private static string[] Find(string folder, IReadOnlyList<string> action) =>
        Split(ToolRun.Run("find", [folder, "-xdev", .. action]).Succeed().Stdout);

    private static string[] Split(byte[] zeroSeparated)
    {
        var text = Encoding.Latin1.GetString(zeroSeparated);
        return text.Length == 0 ? [] : text[..^1].Split('\0');
    }
}
