using System.Collections.Immutable;
using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>Bookworm's index and the answers of apt, libsolv and clingo to the same queries; the independent checker judges ours.</summary>
public sealed class ConformanceTests(ConformanceData data) : IClassFixture<ConformanceData>
{
    [Fact]
    public void Statuses_agree_and_every_set_is_valid_and_irreducible() => Run(AlternativePreference.Maintainers, TestScale.Of(150, int.MaxValue));

    [Fact]
    public void The_smallest_sets_are_valid_and_no_larger_than_the_maintainers() => Run(AlternativePreference.Smallest, TestScale.Of(60, int.MaxValue));

    [Fact]
    public void Each_explanation_is_of_facts_that_cannot_hold_together_and_its_hint_helps()
    {
        data.Load();
        var lengths = new List<int>();
        var problems = new List<string>();
        foreach (var row in data.Rows.Where(r => !r.IsSolvable))
        {
            var request = RequestOf(row, AlternativePreference.Maintainers);
            var conflict = Assert.IsType<SolveResult.Unsolvable>(DebSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken)).Conflict;
            lengths.Add(conflict.Lines.Length);
            problems.AddRange(WrongIn(conflict, row, request).Select(e => $"{row.Id}: {e}"));
        }

        TestNotes.Write($"{lengths.Count} explanations, {lengths.Count(l => l <= 12)} of at most 12 lines, the longest {lengths.Max()}");
        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(20)));
        Assert.True(lengths.Count(l => l <= 12) >= lengths.Count * 95 / 100);
    }

    [Fact]
    public void The_broken_packages_of_the_archive_are_those_that_dose_debcheck_names()
    {
        data.Load();
        var verdict = DebArchive.Check(data.Universe, new DebRequest { Install = [], NativeArchitecture = "amd64" }, TestContext.Current.CancellationToken);
        Assert.Equal(data.Universe.PackageCount, verdict.Packages);
        Assert.Equal(data.Broken.Order(StringComparer.Ordinal), verdict.Broken.Select(p => data.Universe.Text(data.Universe.Names[p.Value])));
    }

    [Theory]
    [InlineData(false, "nginx")]
    [InlineData(true, "apt", "nginx", "postgresql", "python3", "build-essential")]
    public void A_template_on_nothing_is_valid(bool essential, params string[] roots)
    {
        data.Load();
        var request = new DebRequest { Install = [.. roots.Select(p => new PackageRequest(p))], NativeArchitecture = "amd64", IncludeEssential = essential };
        var times = new List<double>();
        SolveResult result = null!;
        for (var i = 0; i < 40; i++)
        {
            var start = Stopwatch.GetTimestamp();
            result = DebSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        var names = Assert.IsType<SolveResult.Solution>(result).Packages.Select(p => data.Universe.Text(data.Universe.Names[p.Package.Value])).ToList();
        TestNotes.Write($"{names.Count} packages, first {times[0]:F1} ms, then {times.Order().ElementAt(times.Count / 2):F1} ms");
        Assert.Empty(data.Checker.Check(roots, names));
        Assert.Equal(essential, names.Contains("mawk") && names.Contains("dpkg"));
    }

    private List<string> WrongIn(Conflict conflict, ConformanceRow row, DebRequest request) =>
    [
        .. new ExplanationChecker(data.Checker).Check(row.Packages, conflict.Lines),
        .. ExplanationChecker.CheckHint(row.Packages, conflict.Hint, left => DebSolver.Solve(
            data.Universe, request with { Install = [.. left.Select(p => new PackageRequest(p))] }, TestContext.Current.CancellationToken) is SolveResult.Solution),
    ];

    private static DebRequest RequestOf(ConformanceRow row, AlternativePreference prefer) => new()
    {
        Install = [.. row.Packages.Select(p => new PackageRequest(p))],
        NativeArchitecture = "amd64",
        Recommends = row.Recommends,
        Prefer = prefer,
    };

    private void Run(AlternativePreference prefer, int count)
    {
        data.Load();
        var random = TestSeed.Random("conformance");
        var rows = data.Rows.OrderBy(_ => random.Next()).Take(count).ToList();
        var problems = new List<string>();
        var watch = new Stopwatch();
        long ours = 0, minimal = 0, apt = 0, slowest = 0;
        var compared = 0;
        foreach (var row in rows)
        {
            var request = RequestOf(row, prefer);
            var before = watch.ElapsedMilliseconds;
            watch.Start();
            var result = DebSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken);
            watch.Stop();
            slowest = Math.Max(slowest, watch.ElapsedMilliseconds - before);
            if (result is SolveResult.Unsolvable { Conflict: var conflict })
            {
                problems.AddRange(row.IsSolvable ? [$"{row.Id}: solvable, we say\n{conflict}"] : WrongIn(conflict, row, request).Select(e => $"{row.Id}: {e}"));
                continue;
            }

            var solution = (SolveResult.Solution)result;

            var names = solution.Packages.Select(p => data.Universe.Text(data.Universe.Names[p.Package.Value])).ToList();
            problems.AddRange(row.IsSolvable ? [] : [$"{row.Id}: we solve what has no solution"]);
            problems.AddRange(data.Checker.Check(row.Packages, names).Select(e => $"{row.Id}: {e}"));
            if (!row.Recommends)
            {
                problems.AddRange(data.Checker.Droppable(row.Packages, names).Select(e => $"{row.Id}: {e} is not needed"));
                if (data.Minimal.TryGetValue(row.Id, out var least))
                {
                    (ours, minimal, apt, compared) = (ours + names.Count, minimal + least, apt + row.Count, compared + 1);
                }
            }
        }

        TestNotes.Write($"{prefer}: {rows.Count} rows in {watch.ElapsedMilliseconds} ms, slowest {slowest} ms; over {compared} rows "
            + $"{ours} packages, {(double)ours / minimal:F4} of the minimum (apt {(double)apt / minimal:F4})");
        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(20)) + '\n' + TestSeed.Hint);
        AssertSmallEnough(prefer, ours, minimal, apt);
    }

    /// <summary>The promise is over all rows. In a sample, one row with a large choice may outweigh it; there apt, which chooses alike, is the measure.</summary>
    private static void AssertSmallEnough(AlternativePreference prefer, long ours, long minimal, long apt)
    {
        var isWhole = TestScale.Of(0, 1) == 1;
        var (measure, most) = prefer == AlternativePreference.Smallest ? (minimal, isWhole ? 1.01 : 1.03) : isWhole ? (minimal, 1.095) : (apt, 1.1);
        Assert.InRange((double)ours / measure, 0, most);
        Assert.True(ours >= minimal, "smaller than what was proven to be the smallest");
    }
}

public sealed record ConformanceRow(string Id, ImmutableArray<string> Packages, bool Recommends, bool IsSolvable, int Count);

/// <summary>The data, read once; empty where there is none.</summary>
public sealed class ConformanceData
{
    internal PackageUniverse Universe { get; private set; } = null!;

    internal StanzaChecker Checker { get; private set; } = null!;

    internal List<ConformanceRow> Rows { get; } = [];

    internal Dictionary<string, int> Minimal { get; } = [];

    /// <summary>Names that dose-debcheck calls broken; each has one version.</summary>
    internal List<string> Broken { get; } = [];

    public void Load()
    {
        var folder = Path.Combine(Requires.Shared(), "conformance", "debian");
        Assert.SkipUnless(Directory.Exists(folder), "needs ../shared");
        if (Universe is not null)
        {
            return;
        }

        var text = Unzip(Path.Combine(folder, "Packages.bookworm-main-amd64.gz"));
        var builder = new UniverseBuilder();
        builder.AddIndex(new PackagesIndex("debian/bookworm", text, "Packages"));
        Universe = builder.ToUniverse();
        Checker = new StanzaChecker(System.Text.Encoding.UTF8.GetString(text));
        foreach (var row in Lines(Path.Combine(folder, "apt-install.jsonl.gz")))
        {
            Rows.Add(new ConformanceRow(
                row.GetProperty("id").GetString()!,
                [.. row.GetProperty("packages").EnumerateArray().Select(p => p.GetString()!)],
                row.GetProperty("recommends").GetBoolean(),
                row.GetProperty("status").GetString() == "ok",
                row.GetProperty("install").GetArrayLength()));
        }

        var verdicts = System.Text.Encoding.UTF8.GetString(Unzip(Path.Combine(folder, "dose-debcheck.bookworm-main-amd64.tsv.gz")));
        Broken.AddRange(verdicts.Split('\n').Select(line => line.Split('\t')).Where(row => row is [.., "broken"]).Select(row => row[0]));
        foreach (var row in Lines(Path.Combine(folder, "minimal-clingo.jsonl.gz")))
        {
            Minimal[row.GetProperty("id").GetString()!] = row.GetProperty("n_min").GetInt32();
        }
    }

    private static IEnumerable<JsonElement> Lines(string path) =>
        System.Text.Encoding.UTF8.GetString(Unzip(path)).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement);

    private static byte[] Unzip(string path)
    {
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
