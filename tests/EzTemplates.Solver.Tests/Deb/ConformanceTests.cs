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
            var request = new DebRequest
            {
                Install = [.. row.Packages.Select(p => new PackageRequest(p))],
                NativeArchitecture = "amd64",
                Recommends = row.Recommends,
                Prefer = prefer,
            };
            var before = watch.ElapsedMilliseconds;
            watch.Start();
            var result = DebSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken);
            watch.Stop();
            slowest = Math.Max(slowest, watch.ElapsedMilliseconds - before);
            if (result is not SolveResult.Solution solution)
            {
                problems.AddRange(row.IsSolvable ? [$"{row.Id}: solvable, we say\n{((SolveResult.Unsolvable)result).Conflict}"] : []);
                continue;
            }

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
        Assert.InRange((double)ours / minimal, 1.0, prefer == AlternativePreference.Smallest ? 1.03 : 1.2);
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
