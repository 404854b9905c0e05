using EzTemplates.Domain;

namespace EzTemplates.Formats;

/// <summary>Repository metadata or a control file that is not what its format says.</summary>
public sealed class MalformedMetadataException : EzException
{
    /// <param name="line">Counted from 1; 0 where the fault has no line.</param>
    /// <param name="field">Empty where the fault is not a field's.</param>
    public MalformedMetadataException(string file, int line, string field, string reason)
        : base(FailureKind.Untrusted, Text(file, line, field, reason), "the file is broken at its source: try another mirror, or tell the repository's maintainers")
    {
        File = file;
        Line = line;
        Field = field;
        Reason = reason;
    }

    public string File { get; }

    public int Line { get; }

    public string Field { get; }

    public string Reason { get; }

    private static string Text(string file, int line, string field, string reason) =>
        $"cannot read `{file}`"
        + (line > 0 ? $", line {line}" : "")
        + (field != "" ? $", field `{field}`" : "")
        + $": {reason}";
}
