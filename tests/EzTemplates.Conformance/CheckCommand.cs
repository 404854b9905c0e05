using System.Diagnostics;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Solver;

namespace EzTemplates.Conformance;

/// <summary>Whether each package of an archive can be installed on an empty system, beside dose-debcheck's verdicts.</summary>
internal static class CheckCommand
{
    public const string Usage = "--index Packages[.gz]... --expected T.tsv[.gz] [--out T.tsv[.gz]] [--architecture amd64] [--repeat N]";

    public static void Run(Arguments arguments, Tally tally)
    {
        var start = Stopwatch.GetTimestamp();
        var universe = DebIndex.Read(arguments.All("--index"));
        var read = Stopwatch.GetElapsedTime(start);
        var ground = new DebRequest { Install = [], NativeArchitecture = arguments.Optional("--architecture") ?? "amd64" };
        start = Stopwatch.GetTimestamp();
        var verdict = DebArchive.Check(universe, ground, CancellationToken.None);
        var check = Stopwatch.GetElapsedTime(start);
        var broken = verdict.Broken.Concat(verdict.Undecided).ToHashSet();
        var rows = Enumerable.Range(0, universe.PackageCount).ToDictionary(i => KeyOf(universe, i), i => broken.Contains(new PackageId(i)) ? "broken" : "installable");
        foreach (var expected in DataFiles.Tabbed(arguments.Required("--expected")))
        {
            var key = string.Join('\t', expected[..3]);
            var ours = rows.GetValueOrDefault(key, "unknown");
            tally.Count(ours == expected[3] ? null : $"{key}: {expected[3]}, we say {ours}");
        }

        if (arguments.Optional("--out") is { } path)
        {
            Write(path, rows);
        }

        tally.Note(string.Create(
            CultureInfo.InvariantCulture,
            $"{verdict.Packages} packages, {broken.Count} broken; read in {read.TotalMilliseconds:F0} ms, checked in {check.TotalMilliseconds:F0} ms"));
        for (var i = int.Parse(arguments.Optional("--repeat") ?? "0", CultureInfo.InvariantCulture); i > 0; i--)
        {
            start = Stopwatch.GetTimestamp();
            _ = DebArchive.Check(universe, ground, CancellationToken.None);
            tally.Note(string.Create(CultureInfo.InvariantCulture, $"again in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} ms"));
        }
    }

    private static void Write(string path, Dictionary<string, string> rows)
    {
        using var writer = new StreamWriter(DataFiles.Create(path));
        writer.Write("#package\tversion\tarchitecture\tstatus\n");
        foreach (var (key, status) in rows)
        {
            writer.Write($"{key}\t{status}\n");
        }
    }

    private static string KeyOf(PackageUniverse universe, int package) => string.Join(
        '\t',
        universe.Text(universe.Names[package]),
        universe.Text(universe.Versions[package]),
        universe.Text(universe.Architectures[package]));
}
