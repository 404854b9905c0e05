using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Solver.Tests;

/// <summary>CentOS Stream 9's metadata and dnf's answers; our sets are judged by rpm's rules, our explanations by what they state.</summary>
public sealed class RpmConformanceTests(RpmConformanceData data) : IClassFixture<RpmConformanceData>
{
    [Fact]
    public void Statuses_agree_and_every_set_is_valid()
    {
        var problems = new List<string>();
        var (equal, of) = (0, 0);
        foreach (var row in data.Sample("rpm rows", TestScale.Of(120, int.MaxValue)))
        {
            var result = RpmSolver.Solve(data.Universe, row.On(data.Universe), TestContext.Current.CancellationToken);
            if (result is not SolveResult.Solution solution)
            {
                problems.AddRange(row.IsSolvable ? [$"{row.Id}: solvable, we say\n{((SolveResult.Unsolvable)result).Conflict}"] : []);
                continue;
            }

            var rules = new RpmRules(data.Universe, solution.Packages.Select(p => p.Package));
            problems.AddRange(row.IsSolvable ? [] : [$"{row.Id}: we solve what has no solution"]);
            problems.AddRange(rules.Problems().Concat(row.Packages.Where(p => !rules.Has(p)).Select(p => $"{p} is missing")).Select(p => $"{row.Id}: {p}"));
            (equal, of) = (equal + (row.Install.SetEquals(solution.Packages.Select(p => data.Describe(p.Package))) ? 1 : 0), of + 1);
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems.Take(20)));
        TestNotes.Write($"{equal} of {of} sets equal dnf's");
        Assert.True(equal * 20 >= of * 18, $"only {equal} of {of} sets equal dnf's");
    }

    [Fact]
    public void Every_unsatisfiable_row_is_explained_by_true_lines_that_cannot_hold_together()
    {
        var random = TestSeed.Random("rpm explanations");
        var rows = data.Rows.Where(r => !r.IsSolvable).OrderBy(_ => random.Next()).Take(TestScale.Of(40, int.MaxValue));
        AssertExplained([.. rows.Select(row => (row.Id, row.On(data.Universe), row.Asked))]);
    }

    /// <summary>The data's two repositories are years apart: a fifth of their packages cannot be installed.</summary>
    [Fact]
    public void Each_package_that_cannot_be_installed_is_explained_so_too()
    {
        var random = TestSeed.Random("rpm broken packages");
        var row = data.Rows.First(r => r is { Repositories: "cs9", Modules: false, Recommends: false });
        var asked = Enumerable.Range(0, data.Universe.PackageCount).OrderBy(_ => random.Next()).Select(i => new PackageRequest(
            data.Universe.Text(data.Universe.Names[i]), VersionRelation.Equal, data.Universe.Text(data.Universe.Versions[i]), data.Universe.Text(data.Universe.Architectures[i])));
        var broken = asked.Select(r => (Id: r.ToString(), Request: row.On(data.Universe) with { Install = [r] }, Asked: row.Asked with { Install = [r.ToString()] }))
            .Where(r => !RpmSolver.IsSolvable(data.Universe, r.Request, TestContext.Current.CancellationToken)).Take(TestScale.Of(40, int.MaxValue));
        AssertExplained([.. broken]);
    }

    private void AssertExplained(IReadOnlyList<(string Id, RpmRequest Request, RpmAsked Asked)> cases)
    {
        var problems = new List<string>();
        var lengths = new List<int>();
        foreach (var (id, request, asked) in cases)
        {
            var conflict = Assert.IsType<SolveResult.Unsolvable>(RpmSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken)).Conflict;
            lengths.Add(conflict.Lines.Length);
            problems.AddRange(new RpmExplanationChecker(data.Metadata, asked).Check(conflict.Lines).Select(p => $"{id}: {p}\n{conflict}"));
            problems.AddRange(conflict.Hint is not { } hint || RpmHintedRequests.Help(data.Universe, request, hint, TestContext.Current.CancellationToken)
                ? [] : [$"{id}: the hint does not help: {hint}"]);
        }

        Assert.True(problems.Count == 0, $"{problems.Count} problems\n{string.Join('\n', problems.Take(10))}");
        TestNotes.Write($"{lengths.Count} explanations, {lengths.Count(l => l <= 12)} of at most 12 lines, the longest {lengths.Max()}");
        Assert.True(lengths.Count(l => l <= 12) * 100 >= lengths.Count * TestScale.Of(90, 95));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("bash", "coreutils", "systemd", "dnf", "httpd", "openssh-server")]
    public void A_template_on_nothing_is_valid(params string[] roots)
    {
        var request = data.Rows[0].On(data.Universe) with { Install = [.. roots.Select(r => new PackageRequest(r))] };
        var times = new List<double>();
        SolveResult result = null!;
        for (var i = 0; i < TestScale.Of(20, 200); i++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            result = RpmSolver.Solve(data.Universe, request, TestContext.Current.CancellationToken);
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        var packages = Assert.IsType<SolveResult.Solution>(result).Packages.Select(p => p.Package).ToList();
        TestNotes.Write($"{packages.Count} packages, first {times[0]:F1} ms, then {times.Order().ElementAt(times.Count / 2):F1} ms");
        var rules = new RpmRules(data.Universe, packages);
        Assert.Empty(rules.Problems());
        Assert.All(roots.Where(r => r[0] != '@'), root => Assert.True(rules.Has(root)));
    }
}

public sealed record RpmConformanceRow(
    string Id, ImmutableArray<string> Packages, bool Recommends, bool Modules, string Repositories, bool IsSolvable, HashSet<string> Install)
{
    /// <summary>The same for a judge.</summary>
    public RpmAsked Asked => new(Packages, Architectures) { Repositories = Repositories is "cs9" ? [] : [Repositories], Streams = Modules ? [] : null };

    private static ImmutableArray<string> Architectures => ["x86_64", "i686", "i586", "i486", "i386"];

    /// <summary>As the data was made: rows without modules treat the repositories as ones of hot fixes.</summary>
    public RpmRequest On(RpmUniverse universe)
    {
        ArgumentNullException.ThrowIfNull(universe);
        return new RpmRequest
        {
            Install = [.. Packages.Select(name => new PackageRequest(name))],
            Architectures = Architectures,
            Recommends = Recommends,
            Sources = [.. universe.Sources.Select(s => new RpmSourcePolicy(Repositories is "cs9" || Repositories == s ? 99 : -1, !Modules))],
        };
    }
}

/// <summary>Read once for all tests of the class.</summary>
public sealed class RpmConformanceData
{
    private static readonly (string Id, string Folder)[] Repositories = [("baseos", "cs9-baseos-2022"), ("appstream", "cs9-appstream-2025")];
    private readonly Lazy<RpmUniverse> _universe;
    private readonly Lazy<List<RpmConformanceRow>> _rows;
    private readonly Lazy<RpmMetadata> _metadata;

    public RpmConformanceData()
    {
        _metadata = new(() => RpmMetadataReader.Read([.. Repositories.Select(r => (r.Id, Path.Combine(Requires.Shared(), "conformance/rpm", r.Folder)))]));
        _universe = new(() => ReadUniverse(Path.Combine(Requires.Shared(), "conformance/rpm")));
        _rows = new(() => ReadRows(Path.Combine(Requires.Shared(), "conformance/rpm/dnf-install.jsonl.gz")));
    }

    public RpmUniverse Universe => _universe.Value;

    /// <summary>The same repositories as the judge reads them.</summary>
    public RpmMetadata Metadata => _metadata.Value;

    public IReadOnlyList<RpmConformanceRow> Rows => _rows.Value;

    public IEnumerable<RpmConformanceRow> Sample(string purpose, int count)
    {
        var random = TestSeed.Random(purpose);
        return Rows.OrderBy(_ => random.Next()).Take(count);
    }

    public string Describe(PackageId package)
    {
        var version = Universe.Text(Universe.Versions[package.Value]);
        return $"{Universe.Text(Universe.Names[package.Value])}-{(version.Contains(':', StringComparison.Ordinal) ? "" : "0:")}{version}"
            + $".{Universe.Text(Universe.Architectures[package.Value])}@{Universe.Sources[Universe.SourceNumbers[package.Value]]}";
    }

    private static RpmUniverse ReadUniverse(string folder)
    {
        var builder = new RpmUniverseBuilder();
        foreach (var (id, name) in Repositories)
        {
            Read(folder, name, "primary", stream => builder.AddPrimary(id, stream, name));
            Read(folder, name, "modules", stream => builder.AddModules(id, stream, name));
            Read(folder, name, "group", stream => builder.AddGroups(stream, name));
        }

        var paths = builder.PathsOutsidePrimary([]);
        foreach (var (id, name) in Repositories)
        {
            Read(folder, name, "filelists", stream => builder.AddFilelists(id, stream, name, paths));
        }

        Assert.Empty(builder.Warnings);
        return builder.ToUniverse();
    }

    private static void Read(string folder, string name, string type, Action<Stream> read)
    {
        using var index = File.OpenRead(Path.Combine(folder, name, "repodata/repomd.xml"));
        if (RepomdReader.Read(index, name).Find(type) is { } file && File.Exists(Path.Combine(folder, name, file.Path)))
        {
            using var source = File.OpenRead(Path.Combine(folder, name, file.Path));
            using var plain = Decompression.Open(source, CompressionNames.OfName(file.Path));
            read(plain);
        }
    }

    private static List<RpmConformanceRow> ReadRows(string path)
    {
        using var file = File.OpenRead(path);
        using var text = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        return [.. text.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).Select(row => new RpmConformanceRow(
            row.GetProperty("id").GetString()!,
            [.. row.GetProperty("packages").EnumerateArray().Select(p => p.GetString()!)],
            row.GetProperty("recommends").GetBoolean(),
            row.GetProperty("modules").GetBoolean(),
            row.GetProperty("repos").GetString()!,
            row.GetProperty("status").GetString() == "ok",
            [.. row.GetProperty("install").EnumerateArray().Select(p => p.GetString()!)]))];
    }
}
