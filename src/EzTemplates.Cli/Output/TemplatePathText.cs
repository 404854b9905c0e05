using System.Globalization;
using EzTemplates.Operations;

namespace EzTemplates.Cli.Output;

/// <summary>One path of a version, for people.</summary>
internal static class TemplatePathText
{
    private const int NameWidth = 11;

    public static IEnumerable<string> Of(TemplatePathReport report)
    {
        var owner = report.Owner;
        return new (string Name, string? Value)[]
        {
            ("type", report.Target is null ? report.Type : $"{report.Type} to {report.Target}"),
            ("mode", report.Mode),
            ("owner", $"{owner.User ?? Number(owner.Uid)}:{owner.Group ?? Number(owner.Gid)} ({owner.Uid}:{owner.Gid})"),
            ("size", report.Size is { } size ? Amount.Bytes(size) : null),
            ("digest", report.Digest),
            ("modified", report.Modified.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            ("attributes", report.Attributes.Count == 0 ? null : string.Join(", ", report.Attributes)),
            ("package", report.Package is { } package ? $"{package.Name} {package.Version} ({package.Architecture})" : "none"),
            ("script", report.Scripts.Count == 0 ? null : string.Join(", then ", report.Scripts.Select(Of))),
            ("conffile", report.Conffile.Count == 0 ? null : $"of {string.Join(", ", report.Conffile)}"),
            ("diverted", report.Diversion is { } diversion ? Of(diversion) : null),
            ("instance", report.Instance is { } command ? $"each environment has its own: {command}" : null),
        }
            .Where(row => row.Value is not null)
            .Select(row => $"  {(row.Name + ":").PadRight(NameWidth)} {row.Value}")
            .Prepend($"{report.Path} in {report.Version}{(report.Path == report.Asked ? "" : $" (asked: {report.Asked})")}")
            .Concat(report.Notes.Select(note => $"  {"note:".PadRight(NameWidth)} {note}"));
    }

    private static string Of(PathScript script) => script.Package is { } package ? $"{script.Act} by {package}'s" : $"{script.Act} by one that cannot be told";

    private static string Of(PathDiversion diversion) =>
        $"{diversion.From} to {diversion.To}, {(diversion.Package is { } package ? $"for all packages but {package}" : "by the administrator")}";

    private static string Number(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
