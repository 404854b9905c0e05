using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>One line a check, and one for what to do about it.</summary>
internal static class DoctorText
{
    public static IEnumerable<string> Of(DoctorReport report)
    {
        var width = report.Findings.Max(finding => finding.Check.Length);
        return report.Findings.SelectMany(finding => new[]
        {
            $"{(finding.Mended ? "mended" : finding.Verdict),-7}  {finding.Check.PadRight(width)}  {finding.Found}",
            finding.Hint is null ? null : $"  hint: {finding.Hint}",
        }).OfType<string>();
    }
}
