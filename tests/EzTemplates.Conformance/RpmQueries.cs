using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Solver;
using EzTemplates.Testing;

namespace EzTemplates.Conformance;

/// <summary>
/// Solves each query in an empty root and compares the status with dnf's; rules apart from the solver's judge the sets. Rows with modules
/// enforce module streams, all others treat the repositories as ones of hot fixes, as the data was made.
/// </summary>
internal static class RpmQueries
{
    public const string Usage = "--repo DIR... --queries Q.jsonl[.gz] --out R.jsonl[.gz] [--minimal M.jsonl[.gz]] [--prefer maintainers|smallest] [--differences] [--explanations]";

    /// <summary>The first rows are solved once before, so that what is measured is not the compiler.</summary>
    private const int WarmUp = 40;

    public static void Run(Arguments arguments, Tally tally)
    {
        var folders = arguments.All("--repo");
        var queries = DataFiles.JsonLines(arguments.Required("--queries")).Select(Query.Of).ToList();
        var universe = RpmRepository.Read(folders, queries.SelectMany(q => q.Packages), tally.Note);
        var smallest = arguments.Optional("--prefer") == "smallest";
        var timing = new Timing();
        var figures = new RpmFigures(arguments.Optional("--minimal"), arguments.Has("--differences") ? tally.Note : null);
        foreach (var query in queries.Take(WarmUp))
        {
            _ = RpmSolver.Solve(universe, query.On(universe, smallest), CancellationToken.None);
        }

        using var answers = new AnswerFile(arguments.Required("--out"));
        foreach (var query in queries)
        {
            var request = query.On(universe, smallest);
            var result = timing.Measure(query.Id, () => RpmSolver.Solve(universe, request, CancellationToken.None), out var milliseconds);
            var chosen = (result as SolveResult.Solution)?.Packages.Select(p => p.Package).ToList();
            var names = chosen?.ConvertAll(p => RpmRepository.Describe(universe, p));
            answers.Write(query.Id, query.Packages, names, milliseconds);
            tally.Count(names is not null != query.IsSolvable
                ? $"{query.Id}: {(query.IsSolvable ? "solvable, we say not" : "not solvable, we say it is")}: {string.Join(' ', query.Packages)}"
                : chosen is not null && new RpmRules(universe, chosen).Problems() is [var problem, ..] ? $"{query.Id}: {problem}" : null);
            var conflict = (result as SolveResult.Unsolvable)?.Conflict;
            figures.Add(query, names, conflict);
            if (conflict is not null && arguments.Has("--explanations"))
            {
                tally.Note($"{query.Id}: {string.Join(' ', query.Packages)}\n  {string.Join("\n  ", conflict.Lines)}{(conflict.Hint is null ? "" : "\n  hint: " + conflict.Hint)}");
            }
        }

        tally.Note(timing.ToString());
        figures.Report(tally.Note);
    }

    internal sealed record Query(
        string Id, ImmutableArray<string> Packages, bool Recommends, bool Modules, string Repositories, string Kind, bool IsSolvable, ImmutableArray<string> Install)
    {
        public static Query Of(System.Text.Json.JsonElement row) => new(
            row.GetProperty("id").GetString()!,
            [.. row.GetProperty("packages").EnumerateArray().Select(p => p.GetString()!)],
            row.GetProperty("recommends").GetBoolean(),
            row.GetProperty("modules").GetBoolean(),
            row.GetProperty("repos").GetString()!,
            row.GetProperty("kind").GetString()!,
            row.GetProperty("status").GetString() == "ok",
            [.. row.GetProperty("install").EnumerateArray().Select(p => p.GetString()!)]);

        public RpmRequest On(RpmUniverse universe, bool smallest) => new()
        {
            Install = [.. Packages.Select(name => new PackageRequest(name))],
            Architectures = ["x86_64", "i686", "i586", "i486", "i386"],
            Recommends = Recommends,
            Prefer = smallest ? AlternativePreference.Smallest : AlternativePreference.Maintainers,

            // A query over one repository forbids the others.
            Sources = [.. universe.Sources.Select(s => new RpmSourcePolicy(Repositories is "cs9" || Repositories == s ? 99 : -1, !Modules))],
        };
    }
}

/// <summary>How the sets compare with dnf's and with the proven minimum.</summary>
internal sealed class RpmFigures(string? minimal, Action<string>? differences)
{
    private readonly Dictionary<string, int> _least = minimal is null ? []
        : DataFiles.JsonLines(minimal).Where(r => r.GetProperty("n_min").ValueKind == System.Text.Json.JsonValueKind.Number)
            .ToDictionary(row => row.GetProperty("id").GetString()!, row => row.GetProperty("n_min").GetInt32());

    private readonly SortedDictionary<string, (int Equal, int Of)> _equal = new(StringComparer.Ordinal);
    private readonly List<int> _lengths = [];
    private (int Rows, long Ours, long Theirs, long Least) _sizes;

    public void Add(RpmQueries.Query query, List<string>? names, Conflict? conflict)
    {
        if (conflict is not null)
        {
            _lengths.Add(conflict.Lines.Length);
        }

        if (names is null || !query.IsSolvable)
        {
            return;
        }

        var kind = $"{query.Kind}{(query.Modules ? ", modules" : "")}{(query.Recommends ? ", recommends" : "")}, {query.Repositories}";
        var equal = names.ToHashSet().SetEquals(query.Install);
        var (sum, of) = _equal.GetValueOrDefault(kind);
        _equal[kind] = (sum + (equal ? 1 : 0), of + 1);
        if (!equal && differences is not null)
        {
            differences($"{query.Id} {kind}: {string.Join(' ', query.Packages)}: +[{string.Join(' ', names.Except(query.Install))}] -[{string.Join(' ', query.Install.Except(names))}]");
        }

        if (_least.TryGetValue(query.Id, out var least))
        {
            _sizes = (_sizes.Rows + 1, _sizes.Ours + names.Count, _sizes.Theirs + query.Install.Length, _sizes.Least + least);
        }
    }

    public void Report(Action<string> note)
    {
        foreach (var (kind, (equal, of)) in _equal)
        {
            note($"{kind}: {equal} of {of} sets equal dnf's");
        }

        if (_sizes.Rows > 0)
        {
            note(string.Create(
                CultureInfo.InvariantCulture,
                $"{_sizes.Rows} rows with a proven minimum: {_sizes.Ours} packages, {(double)_sizes.Ours / _sizes.Least:F4} of it (theirs {(double)_sizes.Theirs / _sizes.Least:F4})"));
        }

        note($"{_lengths.Count} explanations, {_lengths.Count(l => l <= 12)} of at most 12 lines, the longest {_lengths.DefaultIfEmpty().Max()}");
    }
}
