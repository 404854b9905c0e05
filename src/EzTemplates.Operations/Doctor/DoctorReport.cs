namespace EzTemplates.Operations;

/// <param name="Check">What was looked at: <c>kernel</c>, <c>store</c>, <c>clones</c>.</param>
/// <param name="Verdict"><c>ok</c>, <c>warning</c> (it works, or something else than this does) or <c>problem</c>.</param>
/// <param name="Found">What was found, in one line.</param>
/// <param name="Hint">What to do about it; null where there is nothing to do.</param>
/// <param name="Mended">Whether <c>--fix</c> has put it right just now; the verdict is then <c>ok</c>.</param>
public sealed record DoctorFinding(string Check, string Verdict, string Found, string? Hint = null, bool Mended = false)
{
    public static DoctorFinding Ok(string check, string found) => new(check, "ok", found);

    public static DoctorFinding Warning(string check, string found, string? hint) => new(check, "warning", found, hint);

    public static DoctorFinding Problem(string check, string found, string? hint) => new(check, "problem", found, hint);

    public static DoctorFinding MendedNow(string check, string found) => new(check, "ok", found, null, true);
}

/// <param name="Verdict">The worst of the findings'.</param>
public sealed record DoctorReport(string Verdict, IReadOnlyList<DoctorFinding> Findings) : Report("ez.doctor/1");
