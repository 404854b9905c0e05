using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Tests;

/// <summary>Metadata in a few words.</summary>
internal static class RpmMetadata
{
    private const string Namespaces = "xmlns=\"http://linux.duke.edu/metadata/common\" xmlns:rpm=\"http://linux.duke.edu/metadata/rpm\"";

    public static string Primary(params string[] packages) =>
        $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata {Namespaces} packages=\"{packages.Length}\">\n{string.Concat(packages)}</metadata>";

    /// <param name="format">What stands in <c>format</c>: entries and files.</param>
    public static string Package(string name, string version = "1", string format = "", string architecture = "x86_64", string? path = null, string? checksum = null) =>
        $"""
        <package type="rpm"><name>{name}</name><arch>{architecture}</arch><version epoch="0" ver="{version}" rel="1"/>
        {checksum ?? $"<checksum type=\"sha256\" pkgid=\"YES\">{Digest(name, version, architecture)}</checksum>"}
        <summary>A package</summary><size package="10" installed="20" archive="30"/><location href="{path ?? $"Packages/{name}-{version}.rpm"}"/>
        <format>{format}</format></package>

        """;

    public static string Digest(string name, string version = "1", string architecture = "x86_64") =>
        Sha256Digest.Of(Encoding.UTF8.GetBytes($"{name} {version} {architecture}")).ToString();

    public static string Entries(string element, params string[] names) =>
        $"<rpm:{element}>{string.Concat(names.Select(n => $"<rpm:entry name=\"{System.Security.SecurityElement.Escape(n)}\"/>"))}</rpm:{element}>";

    public static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));

    public static RpmUniverse Universe(params string[] packages)
    {
        var builder = new RpmUniverseBuilder();
        builder.AddPrimary("main", Stream(Primary(packages)), "primary.xml");
        return builder.ToUniverse();
    }

    /// <summary>Each package with all that is known of it, a line each, in the universe's order.</summary>
    public static string Show(RpmUniverse universe)
    {
        var text = new StringBuilder();
        for (var i = 0; i < universe.PackageCount; i++)
        {
            var package = new PackageId(i);
            _ = text.Append(CultureInfo.InvariantCulture, $"{universe.Describe(package)} from {universe.Sources[universe.SourceNumbers[i]]}");
            _ = universe.Flags[i] == 0 ? text : text.Append(CultureInfo.InvariantCulture, $" [{universe.Flags[i]}]");
            foreach (var id in universe.Provides(package))
            {
                _ = text.Append(" +").Append(Show(universe, universe.Relation(id)));
            }

            foreach (var (kind, term) in universe.Dependencies(package))
            {
                _ = text.Append(CultureInfo.InvariantCulture, $" {kind}:{Show(universe, term)}");
            }

            _ = text.Append('\n');
        }

        return text.ToString();
    }

    public static string Show(RpmUniverse universe, RpmTerm term) => term.Operator == RpmOperator.Relation
        ? Show(universe, universe.Relation(term.Relation))
        : $"{term.Operator}({string.Join(',', universe.Operands(term).ToArray().Select(o => Show(universe, o)))})";

    private static string Show(RpmUniverse universe, RpmRelation relation) =>
        universe.Text(relation.Name) + relation.Relation.Symbol(PackageFamily.Rpm) + universe.Text(relation.Version);
}
