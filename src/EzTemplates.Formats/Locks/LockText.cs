using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Locks;

/// <summary>
/// A lock as JSON for git: a header line a field, then snapshots, ids and packages, one a line, so that a diff reads as what changed.
/// One lock has one text.
/// </summary>
public static class LockText
{
    internal const int Format = 1;

    public static byte[] Write(TemplateLock value)
    {
        var text = new StringBuilder(1024 + (value.Packages.Length * 320));
        text.Append("{\n");
        Field(text, "format", Number(Format));
        Field(text, "template", String(value.Template));
        Field(text, "version", String(value.Version.ToNormalizedString()));
        Field(text, "family", String(value.Family == PackageFamily.Deb ? "deb" : "rpm"));
        Field(text, "architecture", String(value.Architecture));
        Field(text, "recipe", String(value.Recipe.ToString()));
        if (value.Base is { } lockedBase)
        {
            Field(text, "base", Row(
                ("template", String(lockedBase.Template)),
                ("version", String(lockedBase.Version.ToNormalizedString())),
                ("lock", String(lockedBase.LockDigest.ToString()))));
        }

        Field(text, "epoch", Number(value.Epoch));
        Field(text, "rules", Number(value.Rules));
        Rows(text, "snapshots", value.Snapshots.Select(SnapshotRow));
        Rows(text, "ids", value.Ids.Select(IdRow));
        Rows(text, "packages", value.Packages.Select(PackageRow));
        text.Length -= ",\n".Length;
        text.Append("\n}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <param name="fileName">For errors.</param>
    /// <exception cref="EzException">Usage: not a lock that <see cref="Write"/> could have written, layout aside; it names file and key.</exception>
    public static TemplateLock Read(ReadOnlyMemory<byte> text, string fileName) => LockReader.Read(text, fileName);

    /// <summary>The lock digest: over the lock without ids and snapshots, so neither a re-signed snapshot nor a new id changes it.</summary>
    public static Sha256Digest DigestOf(TemplateLock value) => Sha256Digest.Of(Write(value with { Ids = [], Snapshots = [] }));

    /// <summary>An rpm-md repository has no suites.</summary>
    private static string SnapshotRow(LockedSnapshot snapshot) => snapshot.Suite == ""
        ? Row(("repository", String(snapshot.Repository)), ("name", String(snapshot.Name.ToString())))
        : Row(("repository", String(snapshot.Repository)), ("suite", String(snapshot.Suite)), ("name", String(snapshot.Name.ToString())));

    private static string IdRow(LockedId id) => Row(
        ("kind", String(id.Kind)),
        ("name", String(id.Name)),
        ("number", Number(id.Number)));

    private static string PackageRow(LockedPackage package) => Row(
    [
        ("name", String(package.Name)),
        ("version", String(package.Version)),
        ("architecture", String(package.Architecture)),
        ("source", String(package.Source)),
        ("path", String(package.Path)),
        ("size", Number(package.Size)),
        ("sha256", String(package.Sha256.ToString())),
        .. package.Stated is { } stated ? [(stated.Word, String(stated.ToString()))] : Array.Empty<(string, string)>(),
        ("reason", String(package.Reason)),
    ]);

    private static void Field(StringBuilder text, string key, string value) =>
        text.Append("  \"").Append(key).Append("\": ").Append(value).Append(",\n");

    private static void Rows(StringBuilder text, string key, IEnumerable<string> rows)
    {
        var lines = string.Join(",\n    ", rows);
        Field(text, key, lines == "" ? "[]" : $"[\n    {lines}\n  ]");
    }

    private static string Row(params ReadOnlySpan<(string Key, string Value)> fields)
    {
        var row = new StringBuilder("{");
        foreach (var (key, value) in fields)
        {
            row.Append(row.Length == 1 ? "\"" : ", \"").Append(key).Append("\": ").Append(value);
        }

        return row.Append('}').ToString();
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    // Versions hold `+`, which the default encoder would write as an escape: the file is for people, and no part of a web page.
    private static string String(string value) => $"\"{JsonEncodedText.Encode(value, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
