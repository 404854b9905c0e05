using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Environments;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>What a script's failure is called: package, script, and the last lines that were said.</summary>
internal static class ConfigureFailures
{
    private const int QuotedLines = 12;

    /// <param name="output">The file with all that was said; null where there is none.</param>
    public static EzException Of(ConfigureSubject subject, ConfigureFailure failure, string? output)
    {
        var what = RpmFailedScript.In(failure.Output) is { } scriptlet ? $"the {scriptlet.Script} of `{scriptlet.Package}`"
            : FailedScript.In(failure.Output) is { } script ? $"the {script.Script} of `{script.Package}`"
            : failure.Interrupted is { } interrupted ? $"{(subject.Family == PackageFamily.Rpm ? "a scriptlet" : "the postinst")} of `{interrupted}`"
            : failure.Step.What;
        var how = failure.Status is { } status ? $"failed with status {status}" : $"did not end within {Describe(subject.Limits.Time)}";
        var said = string.Concat(failure.Output.TakeLast(QuotedLines).Select(line => "\n  | " + line));
        return new EzException(
            FailureKind.Environment,
            $"cannot configure `{subject.Name}`: {what} {how}{Why(failure.Exceeded, subject.Limits)}{said}",
            $"{(output is null ? $"ez build {subject.Name} -v shows the last megabyte of what" : $"`{output}` has all that")} the scripts said; `exclude:` in the recipe leaves a package out, `configure: none` runs no script");
    }

    private static string Describe(TimeSpan time) => FormattableString.Invariant($"{(time < TimeSpan.FromMinutes(1) ? $"{time.TotalSeconds:0} seconds" : $"{time.TotalMinutes:0.##} minutes")}");

    private static string Why(ExceededBounds exceeded, ConfigureLimits limits)
    {
        var memory = exceeded.HasFlag(ExceededBounds.Memory) ? string.Create(CultureInfo.InvariantCulture, $"; for want of memory it was killed: scripts have {limits.Memory >> 20:N0} MB together") : "";
        var processes = exceeded.HasFlag(ExceededBounds.Processes) ? string.Create(CultureInfo.InvariantCulture, $"; a process was refused: scripts have {limits.Processes:N0} at a time") : "";
        return memory + processes;
    }
}
