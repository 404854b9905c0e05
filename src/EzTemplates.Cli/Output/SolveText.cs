using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>What the solver says of single packages, as lines for a person.</summary>
internal static class SolveText
{
    public static IEnumerable<string> Of(RepositoryCheckReport report) =>
    [
        .. report.Broken.SelectMany(b => b.Why.Select(line => "  " + line).Prepend($"{b.Name} {b.Version} ({b.Architecture}) of {b.Source} cannot be installed:")),
        .. report.Undecided.Select(package => $"{package}: neither a way to install it nor a reason why there is none was found"),
        $"{Amount.Count(report.Packages, "package")}, {report.Broken.Count} of them cannot be installed",
    ];

    public static IEnumerable<string> Of(WhyNotReport report) => report.Answers.SelectMany(a =>
        a.Why.Select(line => "  " + line)
            .Prepend($"{a.Package}{(a.Version is null ? "" : " " + a.Version)} {Verdict(a.Outcome)} {a.Template}:")
            .Concat(a.Hint is null ? [] : [$"  hint: {a.Hint}"]));

    private static string Verdict(string outcome) => outcome switch
    {
        "locked" => "is in the lock of",
        "possible" => "could be in",
        _ => "cannot be in",
    };
}
