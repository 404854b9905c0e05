using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Formats;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>An rpm package in the store, with what composing and configuring need of it.</summary>
/// <param name="Contents">All of it.</param>
/// <param name="Composed">Without what the OS leaves out.</param>
internal sealed record StoredRpm(LockedPackage Row, RpmHeaders Headers, RpmFileTable Files, PackageContents Contents, ComposedPackage Composed)
{
    /// <summary>As traces and provenances name it.</summary>
    public string Name => $"{Row.Name}:{Row.Architecture}";

    /// <exception cref="EzException">Untrusted: it is another package than its repository promised.</exception>
    public static StoredRpm Read(ContentStore store, LockedPackage row, PackageContents contents, RpmFilter filter)
    {
        var headers = HeadersOf(store, contents);
        headers.CheckTypes(Path.GetFileName(row.Path));
        var (name, version, architecture) = (headers.Main.Text(RpmField.PackageName), headers.VersionText, headers.Main.Text(RpmField.Architecture));
        if (name != row.Name || version != RpmHeaders.WithoutZeroEpoch(row.Version) || architecture != row.Architecture)
        {
            throw new EzException(
                FailureKind.Untrusted,
                $"`{row.Path}` holds {name} {version} ({architecture}), and its repository's index promised {row}",
                "name another mirror with --mirror ID=URL, and report it to the repository");
        }

        // Both become parts of a file's name.
        if (row.Name.Contains('/', StringComparison.Ordinal) || row.Architecture.Contains('/', StringComparison.Ordinal))
        {
            throw new EzException(FailureKind.Untrusted, $"`{row.Path}` calls itself `{row.Name}` for `{row.Architecture}`, which names no package", "leave its repository out");
        }

        var files = RpmFileTable.Of(headers.Main, new RpmReadOptions { FileName = Path.GetFileName(row.Path) });
        return new StoredRpm(row, headers, files, contents, new ComposedPackage(row.Name, row.Version, row.Architecture, MultiArchSame: false, [], filter.Apply(contents, files))
        {
            Colors = files.Files.Where(file => file.Color != 0).ToDictionary(file => file.Path, file => file.Color),
        });
    }

    /// <exception cref="EzException">Store: the contents are none of an rpm package, or have lost a header.</exception>
    public static RpmHeaders HeadersOf(ContentStore store, PackageContents contents) =>
        new(Header(store, contents, RpmReader.SignatureMember, RpmHeaderKind.Signature), Header(store, contents, RpmReader.HeaderMember, RpmHeaderKind.Main));

    /// <summary>The paths that the package calls its configuration, ghosts left out.</summary>
    public IEnumerable<TreePath> ConfigurationFiles() =>
        Files.Files.Where(file => file.Flags.HasFlag(RpmFileFlags.Config) && !file.IsGhost && file.Type != EntryType.Directory).Select(file => file.Path);

    private static RpmHeader Header(ContentStore store, PackageContents contents, string name, RpmHeaderKind kind)
    {
        var member = contents.Control.FirstOrDefault(member => member.Name == name)
            ?? throw new EzException(FailureKind.Store, "the stored contents of an rpm package have no header", "remove its file from store/contents and build again");
        using var bytes = new MemoryStream(store.Objects.Read(member.Content), writable: false);
        return RpmHeader.Read(bytes, kind);
    }
}
