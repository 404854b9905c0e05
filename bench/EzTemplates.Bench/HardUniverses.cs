using System.Diagnostics;
using System.Globalization;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Solver;

namespace EzTemplates.Bench;

/// <summary>
/// Universes that are made to be hard. Each is solved with a limit; what reaches it is cancelled, and the time from the cancellation to
/// the end is what a user waits after ^C.
/// </summary>
internal static class HardUniverses
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private static readonly (string Name, Func<string> Make, AlternativePreference Prefer)[] Cases =
    [
        ("8 pigeons, 7 holes", () => Pigeons(8, 7), AlternativePreference.Maintainers),
        ("10 pigeons, 9 holes", () => Pigeons(10, 9), AlternativePreference.Maintainers),
        ("14 pigeons, 13 holes (cancelled)", () => Pigeons(14, 13), AlternativePreference.Maintainers),
        ("20 pigeons, 20 holes", () => Pigeons(20, 20), AlternativePreference.Maintainers),
        ("a chain of 50,000 packages", () => Chain(50_000, false), AlternativePreference.Maintainers),
        ("a chain of 50,000 packages whose last is missing", () => Chain(50_000, true), AlternativePreference.Maintainers),
        ("a chain of 5,000 packages, 4 versions each, the oldest fit", () => Versions(5_000, 4), AlternativePreference.Maintainers),
        ("10,000 alternatives, the last fits", () => Alternatives(10_000), AlternativePreference.Maintainers),
        ("a circle of 20,000 packages", () => Circle(20_000), AlternativePreference.Maintainers),
        ("2,000 choices of 2, the smallest set", () => Choices(2_000), AlternativePreference.Smallest),
    ];

    public static void Run(TextWriter output)
    {
        output.WriteLine("| universe | verdict | ms | ms after cancelling |");
        output.WriteLine("|---|---|---|---|");
        foreach (var (name, make, prefer) in Cases)
        {
            var text = make();
            var builder = new UniverseBuilder();
            builder.AddIndex(new PackagesIndex("made/main", Encoding.UTF8.GetBytes(text), "made"));
            output.WriteLine(Measure(name, builder.ToUniverse(), prefer));
        }
    }

    private static string Measure(string name, PackageUniverse universe, AlternativePreference prefer)
    {
        using var cancel = new CancellationTokenSource(Limit);
        var cancelled = 0L;
        using var noted = cancel.Token.Register(() => cancelled = Stopwatch.GetTimestamp());
        var start = Stopwatch.GetTimestamp();
        string verdict;
        try
        {
            var result = DebSolver.Solve(universe, new DebRequest { Install = [new PackageRequest("root")], NativeArchitecture = "amd64", Prefer = prefer }, cancel.Token);
            verdict = result is SolveResult.Solution solution ? $"{solution.Packages.Length} packages" : "no solution";
        }
        catch (OperationCanceledException)
        {
            verdict = "cancelled";
        }

        var took = Stopwatch.GetElapsedTime(start);
        var after = verdict == "cancelled" ? (took - Stopwatch.GetElapsedTime(start, cancelled)).TotalMilliseconds.ToString("F1", CultureInfo.InvariantCulture) : "";
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {verdict} | {took.TotalMilliseconds:F1} | {after} |");
    }

    /// <summary>Each pigeon sits in one of the holes, and a hole has room for one.</summary>
    private static string Pigeons(int pigeons, int holes)
    {
        var text = new StringBuilder(Stanza("root", "1", string.Join(", ", Enumerable.Range(0, pigeons).Select(p => $"pigeon{p}"))));
        for (var p = 0; p < pigeons; p++)
        {
            text.Append(Stanza($"pigeon{p}", "1", string.Join(" | ", Enumerable.Range(0, holes).Select(h => $"seat{p}-{h}"))));
            for (var h = 0; h < holes; h++)
            {
                text.Append(Stanza($"seat{p}-{h}", "1", null, $"Provides: hole{h}\nConflicts: hole{h}\n"));
            }
        }

        return text.ToString();
    }

    private static string Chain(int length, bool broken)
    {
        var text = new StringBuilder(Stanza("root", "1", "link0"));
        for (var i = 0; i < length; i++)
        {
            text.Append(Stanza($"link{i}", "1", i < length - 1 ? $"link{i + 1}" : broken ? "gone" : null));
        }

        return text.ToString();
    }

    private static string Versions(int length, int versions)
    {
        var text = new StringBuilder(Stanza("root", "1", "link0"));
        for (var i = 0; i < length; i++)
        {
            for (var v = 1; v <= versions; v++)
            {
                text.Append(Stanza($"link{i}", $"{v}", i < length - 1 ? $"link{i + 1} (= {v})" : v > 1 ? "gone" : null));
            }
        }

        return text.ToString();
    }

    private static string Alternatives(int count)
    {
        var text = new StringBuilder(Stanza("root", "1", string.Join(" | ", Enumerable.Range(0, count).Select(i => $"way{i}"))));
        for (var i = 0; i < count; i++)
        {
            text.Append(Stanza($"way{i}", "1", i < count - 1 ? "gone" : null));
        }

        return text.ToString();
    }

    private static string Circle(int length)
    {
        var text = new StringBuilder(Stanza("root", "1", "ring0"));
        for (var i = 0; i < length; i++)
        {
            text.Append(Stanza($"ring{i}", "1", $"ring{(i + 1) % length}"));
        }

        return text.ToString();
    }

    private static string Choices(int count)
    {
        var text = new StringBuilder(Stanza("root", "1", string.Join(", ", Enumerable.Range(0, count).Select(i => $"large{i} | small{i}"))));
        for (var i = 0; i < count; i++)
        {
            text.Append(Stanza($"large{i}", "1", $"more{i}")).Append(Stanza($"more{i}", "1", null)).Append(Stanza($"small{i}", "1", i % 3 == 0 ? $"small{(i + 3) % count}" : null));
        }

        return text.ToString();
    }

    private static string Stanza(string name, string version, string? depends, string more = "") =>
        $"Package: {name}\nVersion: {version}\nArchitecture: amd64\nFilename: pool/{name}_{version}.deb\nSize: 1\n"
        + $"SHA256: {Sha256Digest.Of(Encoding.UTF8.GetBytes(name + version))}\n{(depends is null ? "" : $"Depends: {depends}\n")}{more}\n";
}
