using System.Collections.Immutable;
using System.Text.Json;
using EzTemplates.Domain;
using NuGet.Versioning;

namespace EzTemplates.Formats.Locks;

/// <summary>Reads <see cref="LockText"/>, strictly: a lock decides what runs on hosts, and people merge it by hand.</summary>
internal static class LockReader
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    public static TemplateLock Read(ReadOnlyMemory<byte> text, string fileName)
    {
        try
        {
            using var document = JsonDocument.Parse(text, Strict);
            var root = new StrictObject(document.RootElement, fileName, "");
            if (root.Number("format", 0, int.MaxValue) is var format && format != LockText.Format)
            {
                throw root.Refuse("format", $"is {format}; this ez reads format {LockText.Format}");
            }

            var value = ReadLock(root);
            root.RefuseOtherKeys();
            return value;
        }
        catch (JsonException e)
        {
            var line = e.LineNumber is { } number ? $", line {number + 1}" : "";
            throw new EzException(FailureKind.Usage, $"lock `{fileName}`{line}: not JSON that can be read ({e.Message})", "ez lock", e);
        }
    }

    private static TemplateLock ReadLock(StrictObject root)
    {
        var family = root.String("family") switch
        {
            "deb" => PackageFamily.Deb,
            "rpm" => PackageFamily.Rpm,
            _ => throw root.Refuse("family", "is neither `deb` nor `rpm`"),
        };
        var value = new TemplateLock
        {
            Template = TemplateName(root, "template"),
            Version = Version(root, "version"),
            Family = family,
            Architecture = root.String("architecture"),
            Recipe = root.Digest("recipe"),
            Base = root.Has("base") ? ReadBase(root.Object("base")) : null,
            Epoch = root.Number("epoch", 0, uint.MaxValue * 64L),
            Rules = (int)root.Number("rules", 0, int.MaxValue),
            Snapshots = root.Rows("snapshots", row => new LockedSnapshot(row.String("repository"), family == PackageFamily.Rpm ? "" : row.String("suite"), row.Digest("name"))),
            Ids = root.Rows("ids", ReadId),
            Packages = root.Rows("packages", row => ReadPackage(row, family)),
        };
        RequireSorted(root, "snapshots", value.Snapshots, row => (row.Repository, row.Suite));
        RequireSorted(root, "ids", value.Ids, row => (row.Kind, row.Name));
        RequireSorted(root, "packages", value.Packages, row => (row.Name, row.Architecture));
        return value;
    }

    private static LockedBase ReadBase(StrictObject row)
    {
        var value = new LockedBase(TemplateName(row, "template"), Version(row, "version"), row.Digest("lock"));
        row.RefuseOtherKeys();
        return value;
    }

    private static LockedId ReadId(StrictObject row)
    {
        var kind = row.String("kind");
        return kind is "user" or "group"
            ? new LockedId(kind, row.String("name"), (uint)row.Number("number", 0, uint.MaxValue - 1))
            : throw row.Refuse("kind", "is neither `user` nor `group`");
    }

    private static LockedPackage ReadPackage(StrictObject row, PackageFamily family) => new(
        Word(row, "name", family, text => Names.IsRpmPackageName(text)),
        Word(row, "version", family, text => Names.IsRpmVersion(text)),
        Word(row, "architecture", family, text => Names.IsRpmArchitecture(text)),
        Source(row, "source", family),
        SafePath(row, "path"),
        row.Number("size", 0, long.MaxValue),
        row.Digest("sha256"),
        row.String("reason"))
    {
        Stated = family == PackageFamily.Deb ? null : StatedOf(row, "sha512") ?? StatedOf(row, "sha384"),
    };

    private static StatedDigest? StatedOf(StrictObject row, string key) =>
        !row.Has(key) ? null
        : StatedDigest.TryParse(key, row.String(key), out var digest) && digest.ToString() == row.String(key) ? digest
        : throw row.Refuse(key, $"is not a digest of type `{key}`, in lower-case hexadecimal digits");

    /// <summary>Of a package; those of rpm become parts of files' names.</summary>
    private static string Word(StrictObject row, string key, PackageFamily family, Func<string, bool> isRpms) =>
        family == PackageFamily.Deb || isRpms(row.String(key)) ? row.String(key) : throw row.Refuse(key, $"is none that an rpm package may have: `{TreePath.Display(row.String(key))}`");

    private static string TemplateName(StrictObject row, string key) =>
        Names.IsTemplateName(row.String(key)) ? row.String(key) : throw row.Refuse(key, "is not a template's name");

    private static NuGetVersion Version(StrictObject row, string key) =>
        NuGetVersion.TryParseStrict(row.String(key), out var version) && version.ToNormalizedString() == row.String(key)
            ? version
            : throw row.Refuse(key, "is not a version such as 1.0.7");

    private static string Source(StrictObject row, string key, PackageFamily family) => (family, row.String(key).Split('/', 2)) switch
    {
        (PackageFamily.Deb, [var repository, { Length: > 0 }]) when Names.IsTemplateName(repository) => row.String(key),
        (PackageFamily.Rpm, [var repository]) when Names.IsTemplateName(repository) => repository,
        _ => throw row.Refuse(key, family == PackageFamily.Deb ? "is not `repository/suite`" : "is not a repository's id"),
    };

    private static string SafePath(StrictObject row, string key) =>
        ArchivePath.IsValid(row.String(key)) ? row.String(key) : throw row.Refuse(key, $"is not a path below an archive's root: `{row.String(key)}`");

    private static void RequireSorted<T>(StrictObject root, string key, ImmutableArray<T> rows, Func<T, (string First, string Second)> keyOf)
    {
        for (var i = 1; i < rows.Length; i++)
        {
            var (before, here) = (keyOf(rows[i - 1]), keyOf(rows[i]));
            var order = string.CompareOrdinal(before.First, here.First);
            order = order != 0 ? order : string.CompareOrdinal(before.Second, here.Second);
            if (order >= 0)
            {
                var why = order == 0 ? "stands twice" : $"stands after `{before.First}`, out of order";
                throw root.Refuse($"{key}[{i}]", $"(`{here.First}`) {why}");
            }
        }
    }
}
