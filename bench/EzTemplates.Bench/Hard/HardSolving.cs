using System.Diagnostics;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Bench;

/// <summary>
/// Solves hard universes, each as both families. What takes longer than the limit is cancelled. Then each is cancelled at ten points of its
/// way, whatever it is doing there, and the longest time from a cancellation to the end is what a user waits after ^C.
/// </summary>
internal static class HardSolving
{
    private const int Points = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private static readonly (string Name, Func<IEnumerable<MadePackage>> Make, AlternativePreference Prefer)[] Cases =
    [
        ("8 pigeons, 7 holes", () => HardUniverses.Pigeons(8, 7), AlternativePreference.Maintainers),
        ("10 pigeons, 9 holes", () => HardUniverses.Pigeons(10, 9), AlternativePreference.Maintainers),
        ("14 pigeons, 13 holes", () => HardUniverses.Pigeons(14, 13), AlternativePreference.Maintainers),
        ("20 pigeons, 20 holes", () => HardUniverses.Pigeons(20, 20), AlternativePreference.Maintainers),
        ("a chain of 50,000 packages", () => HardUniverses.Chain(50_000, null), AlternativePreference.Maintainers),
        ("a chain of 50,000 packages whose last is missing", () => HardUniverses.Chain(50_000, "gone"), AlternativePreference.Maintainers),
        ("a chain of 50,000 packages below choices", () => HardUniverses.ChainBelowChoices(50_000), AlternativePreference.Maintainers),
        ("a chain of 5,000 packages, 4 versions each, the oldest fit", () => HardUniverses.Versions(5_000, 4), AlternativePreference.Maintainers),
        ("10,000 alternatives, the last fits", () => HardUniverses.Alternatives(10_000, null), AlternativePreference.Maintainers),
        ("10,000 alternatives that exclude each other, the last fits", () => HardUniverses.Alternatives(10_000, "way"), AlternativePreference.Maintainers),
        ("a circle of 20,000 packages", () => HardUniverses.Circle(20_000), AlternativePreference.Maintainers),
        ("2,000 choices of 2, the smallest set", () => HardUniverses.Choices(2_000), AlternativePreference.Smallest),
    ];

    public static void Run(TextWriter output)
    {
        output.WriteLine("| universe | family | verdict | ms | most ms after cancelling |");
        output.WriteLine("|---|---|---|---|---|");
        foreach (var (name, make, prefer) in Cases)
        {
            var deb = MadePackage.AsDeb(make());
            output.WriteLine(Measure($"{name} | deb", cancel => DebSolver.Solve(
                deb, new DebRequest { Install = [new PackageRequest("root")], NativeArchitecture = "amd64", Prefer = prefer }, cancel)));
            var rpm = MadePackage.AsRpm(make());
            output.WriteLine(Measure($"{name} | rpm", cancel => RpmSolver.Solve(
                rpm, new RpmRequest { Install = [new PackageRequest("root")], Architectures = ["x86_64"], Prefer = prefer }, cancel)));
        }
    }

    private static string Measure(string name, Func<CancellationToken, SolveResult> solve)
    {
        var (result, took, after) = Run(solve, Limit);
        for (var point = 0; point < Points; point++)
        {
            var (_, _, late) = Run(solve, took * ((point + 0.5) / Points));
            after = late > after ? late : after;
        }

        var verdict = result switch
        {
            SolveResult.Solution solution => $"{solution.Packages.Length} packages",
            SolveResult.Unsolvable => "no solution",
            _ => "cancelled",
        };
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {verdict} | {took.TotalMilliseconds:F1} | {after.TotalMilliseconds:F1} |");
    }

    /// <returns>No result, and how long it went on, where it was cancelled.</returns>
    private static (SolveResult? Result, TimeSpan Took, TimeSpan After) Run(Func<CancellationToken, SolveResult> solve, TimeSpan limit)
    {
        using var cancel = new CancellationTokenSource(limit);
        var cancelled = 0L;
        using var noted = cancel.Token.Register(() => cancelled = Stopwatch.GetTimestamp());
        var start = Stopwatch.GetTimestamp();
        try
        {
            return (solve(cancel.Token), Stopwatch.GetElapsedTime(start), TimeSpan.Zero);
        }
        catch (OperationCanceledException)
        {
            return (null, Stopwatch.GetElapsedTime(start), Stopwatch.GetElapsedTime(cancelled));
        }
    }
}
