using EzTemplates.Solver;

namespace EzTemplates.Conformance;

/// <summary>Solves libsolv's own cases: agreement on whether there is a problem, validity of the sets; equality is told apart.</summary>
internal static class LibsolvCommand
{
    public const string Usage = "DIR --tier core|extended";

    public static void Run(Arguments arguments, Tally tally)
    {
        var folder = arguments.Words.Count == 1 ? arguments.Words[0] : throw new ArgumentException("one folder is to be named");
        var tier = arguments.Required("--tier");
        var (equal, of) = (0, 0);
        foreach (var row in DataFiles.Tabbed(Path.Combine(folder, "INDEX.tsv")).Where(r => r.Length > 3 && r[3] == tier))
        {
            var given = LibsolvCase.Read(folder, row[1]);
            var result = RpmSolver.Solve(given.Universe, given.Request, CancellationToken.None);
            var final = (result as SolveResult.Solution)?.Packages.Select(p => given.Describe(p.Package)).Where(p => !p.EndsWith("@jobs", StringComparison.Ordinal)).ToHashSet();
            tally.Count(Problem(given, final, result));
            if (final is not null && given.IsProblem && arguments.Has("--differences"))
            {
                var before = given.Installed.Select(p => p.Id).ToHashSet();
                tally.Note($"{given.Id}: +[{string.Join(' ', final.Except(before))}] -[{string.Join(' ', before.Except(final))}]");
            }

            if (final is not null && !given.IsProblem && given.Final is { } expected)
            {
                of++;
                equal += expected.SetEquals(final) ? 1 : 0;
                if (arguments.Has("--differences") && !expected.SetEquals(final))
                {
                    tally.Note($"{given.Id}: +[{string.Join(' ', final.Except(expected))}] -[{string.Join(' ', expected.Except(final))}]");
                }
            }
        }

        tally.Note($"{equal} of {of} sets equal libsolv's");
    }

    private static string? Problem(LibsolvCase given, HashSet<string>? final, SolveResult result)
    {
        if (final is null || given.IsProblem)
        {
            return final is null == given.IsProblem ? null
                : $"{given.Id}: {(given.IsProblem ? "libsolv sees a problem, we do not" : $"we see a problem, libsolv does not: {((SolveResult.Unsolvable)result).Conflict}")}";
        }

        var wrong = LibsolvChecker.Check(given, final);
        return wrong.Count == 0 ? null : $"{given.Id}: {string.Join("; ", wrong.Take(5))}";
    }
}
