using System.Diagnostics;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// Metadata that is damaged or made to hurt: an error that names file and line, or an answer, and either soon.
/// </summary>
public sealed class MalformedPackagesTests
{
    private const string Whole =
        """
        Package: root
        Version: 1:2.0-1
        Architecture: amd64
        Multi-Arch: same
        Depends: a (>= 1) | b, v
        Pre-Depends: c:any
        Conflicts: d (<< 3), e
        Filename: pool/root.deb
        Size: 10
        SHA256: 3a2118df47bf3f04285649f0455c2fc6fe2dc7f0b237073038aa00af41f0d5f2

        Package: a
        Description: what is written here, and how long it is, matters to nobody; damage to it is found by the digest of the index
        Version: 1.5
        Architecture: all
        Provides: v (= 2), c
        Filename: pool/a.deb
        Size: 10
        SHA256: 53745ae74d05bccf6783400fa98f3932b21729ab9d2e86151aa2c331c3455178

        Package: c
        Version: 3
        Architecture: amd64
        Multi-Arch: allowed
        Breaks: v (<< 1)
        Filename: pool/c.deb
        Size: 10
        SHA256: 53745ae74d05bccf6783400fa98f3932b21729ab9d2e86151aa2c331c3455170


        """;

    private static readonly byte[][] Pieces =
    [
        [0], [0xff], [0xc3, 0x28], "\n"u8.ToArray(), "\n\n"u8.ToArray(), "(("u8.ToArray(), ")"u8.ToArray(), "|"u8.ToArray(), ","u8.ToArray(), ":"u8.ToArray(), ":any"u8.ToArray(),
        " "u8.ToArray(), "999999999999999999999999"u8.ToArray(), "~"u8.ToArray(), "-"u8.ToArray(), "Depends: "u8.ToArray(), "\r"u8.ToArray(),
    ];

    [Fact]
    public void Damaged_text_is_refused_with_its_place_or_solved()
    {
        Assert.IsType<SolveResult.Solution>(Solve(Encoding.UTF8.GetBytes(Whole), "root", TestContext.Current.CancellationToken));
        var random = TestSeed.Random("damaged packages");
        var refused = 0;
        var count = TestScale.Of(3000, 100_000);
        for (var i = 0; i < count; i++)
        {
            var text = Damage(random, Encoding.UTF8.GetBytes(Whole));
            try
            {
                _ = Solve(text, "root", TestContext.Current.CancellationToken);
            }
            catch (MalformedMetadataException failure)
            {
                refused++;
                Assert.Contains("Packages", failure.Message, StringComparison.Ordinal);
            }
            catch (Exception other) when (other is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"{other}\n{TestSeed.Hint}\n{Convert.ToBase64String(text)}");
            }
        }

        Assert.InRange(refused, count / 2, count * 99 / 100);
    }

    [Fact]
    public void Providers_in_circles_and_endless_lists_end_soon()
    {
        var circles = new StringBuilder();
        for (var i = 0; i < 200; i++)
        {
            circles.Append(Stanza($"p{i}", $"Depends: v{(i + 1) % 200}\nProvides: v{i}, v{(i + 7) % 200}\nConflicts: v{(i + 100) % 200}\n"));
        }

        SolvesSoon(circles + Stanza("root", "Depends: v0\n"));
        SolvesSoon(Stanza("root", $"Depends: {string.Join(" | ", Enumerable.Range(0, 10_000).Select(i => $"way{i}"))}\n"));
        SolvesSoon(Stanza("root", $"Depends: {string.Join(", ", Enumerable.Repeat("root", 10_000))}\nConflicts: {string.Join(", ", Enumerable.Repeat("root", 10_000))}\n"));
        SolvesSoon(Stanza("root", $"Provides: {string.Join(", ", Enumerable.Range(0, 10_000).Select(i => $"v{i} (= {i})"))}\n") + Stanza("b", "Conflicts: v9999 (>= 9999)\n"));
        SolvesSoon(string.Concat(Enumerable.Range(0, 3000).Select(i => Stanza($"one{i}", "Provides: one\nConflicts: one\n"))) + Stanza("root", "Depends: one\n"));
        SolvesSoon(Stanza("root", $"Depends: {new string('x', 1_000_000)}\n"));
    }

    private static void SolvesSoon(string text)
    {
        // Not a measurement: a search without end is cancelled, and the test fails.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var start = Stopwatch.GetTimestamp();
        _ = Solve(Encoding.UTF8.GetBytes(text), "root", limit.Token);
        TestNotes.Write($"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms");
    }

    private static SolveResult Solve(byte[] text, string root, CancellationToken cancellation)
    {
        var builder = new UniverseBuilder();
        builder.AddIndex(new PackagesIndex("main/test", text, "Packages"));
        var universe = builder.ToUniverse();
        var request = new DebRequest { Install = [new PackageRequest(root)], NativeArchitecture = "amd64", IncludeEssential = true };
        _ = DebArchive.Check(universe, request, cancellation);
        return DebSolver.Solve(universe, request, cancellation);
    }

    private static byte[] Damage(Random random, byte[] text)
    {
        for (var i = random.Next(1, 3); i > 0; i--)
        {
            var at = random.Next(text.Length);
            text = random.Next(4) switch
            {
                0 => text[..Math.Max(1, at)],
                1 => [.. text[..at], .. text[Math.Min(text.Length, at + random.Next(1, 20))..], (byte)'\n'],
                2 => [.. text[..at], .. Pieces[random.Next(Pieces.Length)], .. text[at..]],
                _ => [.. text[..at], (byte)random.Next(256), .. text[(at + 1)..]],
            };
        }

        return text;
    }

    private static string Stanza(string name, string fields) =>
        $"Package: {name}\nVersion: 1\nArchitecture: amd64\n{fields}Filename: pool/{name}.deb\nSize: 1\nSHA256: {Sha256Digest.Of(Encoding.UTF8.GetBytes(name))}\n\n";
}
