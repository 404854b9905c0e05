using System.Collections.Immutable;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Solver;
using EzTemplates.Testing;

namespace EzTemplates.Conformance;

/// <summary>
/// Solves each query on an empty system of one architecture and compares the status; an independent checker judges the sets: closed,
/// free of conflicts, and (without Recommends) none can be left out. Of what has no solution, the printed lines must be facts that cannot
/// hold together, and what the hint says to leave out must help.
/// </summary>
internal static class DebCommand
{
    public const string Usage = "--index Packages[.gz] --queries Q.jsonl[.gz] --out R.jsonl[.gz] [--minimal M.jsonl[.gz]] [--prefer maintainers|smallest] [--architecture amd64] [--explain]";

    /// <summary>The first rows are solved once before, so that what is measured is not the compiler.</summary>
    private const int WarmUp = 40;

    public static void Run(Arguments arguments, Tally tally)
    {
        var index = arguments.Required("--index");
        var universe = DebIndex.Read([index]);
        var checker = new StanzaChecker(DataFiles.Text(index));
        var queries = DataFiles.JsonLines(arguments.Required("--queries")).Select(Query.Of).ToList();
        var sizes = new Sizes(arguments.Optional("--minimal"));
        var template = new DebRequest
        {
            Install = [],
            NativeArchitecture = arguments.Optional("--architecture") ?? "amd64",
            Prefer = arguments.Optional("--prefer") == "smallest" ? AlternativePreference.Smallest : AlternativePreference.Maintainers,
        };
        using var answers = new AnswerFile(arguments.Required("--out"));
        foreach (var query in queries.Take(WarmUp))
        {
            _ = DebSolver.Solve(universe, query.On(template), CancellationToken.None);
        }

        var explanations = new Explanations(checker, (query, left) =>
            DebSolver.Solve(universe, (query with { Packages = [.. left] }).On(template), CancellationToken.None) is SolveResult.Solution);
        var timing = new Timing();
        foreach (var query in queries)
        {
            var result = timing.Measure(query.Id, () => DebSolver.Solve(universe, query.On(template), CancellationToken.None), out var milliseconds);
            var chosen = (result as SolveResult.Solution)?.Packages;
            answers.Write(query.Id, query.Packages, chosen?.Select(p => $"{NameOf(universe, p)}={universe.Text(universe.Versions[p.Package.Value])}"), milliseconds);
            var names = chosen?.Select(p => NameOf(universe, p)).ToList();
            tally.Count(Problem(query, names, checker) ?? (result is SolveResult.Unsolvable unsolvable ? explanations.Problem(query, unsolvable.Conflict) : null));
            sizes.Add(query, names, checker);
            if (arguments.Has("--explain") && result is SolveResult.Unsolvable told)
            {
                tally.Note($"{query.Id}: {string.Join(' ', query.Packages)}\n  {string.Join("\n  ", told.Conflict.Lines)}\n  hint: {told.Conflict.Hint}");
            }
        }

        tally.Note(timing.ToString());
        tally.Note(sizes.ToString());
        tally.Note(explanations.ToString());
    }

    private static string NameOf(PackageUniverse universe, ChosenPackage package) => universe.Text(universe.Names[package.Package.Value]);

    private static string? Problem(Query query, List<string>? chosen, StanzaChecker checker)
    {
        if (chosen is null || !query.IsSolvable)
        {
            return (chosen is not null) == query.IsSolvable ? null : $"{query.Id}: {(query.IsSolvable ? "solvable, we say not" : "not solvable, we say it is")}";
        }

        var wrong = checker.Check(query.Packages, chosen)
            .Concat(query.Recommends ? [] : checker.Droppable(query.Packages, chosen).Select(p => $"{p} is not needed"))
            .ToList();
        return wrong.Count == 0 ? null : $"{query.Id}: {string.Join("; ", wrong)}";
    }

    private sealed record Query(string Id, ImmutableArray<string> Packages, bool Recommends, bool IsSolvable, ImmutableArray<string> Theirs)
    {
        public static Query Of(System.Text.Json.JsonElement row) => new(
            row.GetProperty("id").GetString()!,
            [.. row.GetProperty("packages").EnumerateArray().Select(p => p.GetString()!)],
            row.TryGetProperty("recommends", out var recommends) && recommends.GetBoolean(),
            row.GetProperty("status").GetString() == "ok",
            row.TryGetProperty("install", out var install) ? [.. install.EnumerateArray().Select(p => p.GetString()!.Split('=')[0])] : []);

        public DebRequest On(DebRequest template) =>
            template with { Install = [.. Packages.Select(name => new PackageRequest(name))], Recommends = Recommends };
    }

    private sealed class Explanations(StanzaChecker stanzas, Func<Query, IReadOnlyList<string>, bool> isSolvable)
    {
        private const int Short = 12;
        private readonly List<int> _lengths = [];
        private readonly ExplanationChecker _checker = new(stanzas);

        public string? Problem(Query query, Conflict conflict)
        {
            _lengths.Add(conflict.Lines.Length);
            var wrong = _checker.Check(query.Packages, conflict.Lines)
                .Concat(ExplanationChecker.CheckHint(query.Packages, conflict.Hint, left => isSolvable(query, left)))
                .ToList();
            return wrong.Count == 0 ? null : $"{query.Id}: {string.Join("; ", wrong)}";
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{_lengths.Count} explanations, {_lengths.Count(l => l <= Short)} of at most {Short} lines, the longest {_lengths.DefaultIfEmpty().Max()}");
    }

    /// <summary>How many packages, beside the proven minimum and the other program's, and how often the first alternative.</summary>
    private sealed class Sizes(string? minimal)
    {
        private readonly Dictionary<string, int> _least = minimal is null
            ? []
            : DataFiles.JsonLines(minimal).ToDictionary(row => row.GetProperty("id").GetString()!, row => row.GetProperty("n_min").GetInt32());

        private long _ours;
        private long _theirs;
        private long _minimum;
        private int _rows;
        private (long Choices, long First) _own;
        private (long Choices, long First) _other;

        public void Add(Query query, List<string>? chosen, StanzaChecker checker)
        {
            if (chosen is null)
            {
                return;
            }

            Add(ref _own, checker.FirstAlternatives(chosen));
            Add(ref _other, checker.FirstAlternatives(query.Theirs));
            if (!query.Recommends && _least.TryGetValue(query.Id, out var least))
            {
                (_rows, _ours, _theirs, _minimum) = (_rows + 1, _ours + chosen.Count, _theirs + query.Theirs.Length, _minimum + least);
            }
        }

        private static void Add(ref (long Choices, long First) sum, (int Choices, int First) more) => sum = (sum.Choices + more.Choices, sum.First + more.First);

        private static double Share((long Choices, long First) sum) => (double)sum.First / Math.Max(1, sum.Choices);

        public override string ToString()
        {
            var first = string.Create(CultureInfo.InvariantCulture, $"first alternative in {Share(_own):P1} of {_own.Choices} choices (theirs {Share(_other):P1})");
            return _rows == 0 ? first : string.Create(
                CultureInfo.InvariantCulture,
                $"{_rows} rows with a proven minimum: {_ours} packages, {(double)_ours / _minimum:F4} of it (theirs {(double)_theirs / _minimum:F4}); {first}");
        }
    }
}
