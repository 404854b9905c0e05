using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// rpm's database in a tree. While scripts run, librpm writes one of its own, which depends on when and by which version that was; so it is
/// only asked in which order it installed the packages and what became of their files, and is written anew from the packages' own headers.
/// </summary>
internal sealed class RpmDatabase
{
    // Of ndb and of Berkeley DB.
    private static readonly string[] OtherForms = ["Packages.db", "Packages"];

    private readonly ConfigureGround _ground;
    private readonly TreeEdit _tree;

    private RpmDatabase(ConfigureGround ground, TreeEdit tree, TreePath folder) => (_ground, _tree, Folder) = (ground, tree, folder);

    /// <summary>Where the tree's own rpm looks for it.</summary>
    public TreePath Folder { get; }

    private TreePath Place => Folder.Append(RpmDatabaseFile.Name);

    public static RpmDatabase In(ConfigureGround ground, TreeEdit tree)
    {
        // /usr/lib before /etc: what an administrator says counts last.
        var macros = tree.Paths.Where(RpmDatabasePlace.IsMacros).OrderByDescending(path => path).Select(path => ground.TextOf(tree, path)).OfType<string>();
        return new RpmDatabase(ground, tree, tree.Settle(RpmDatabasePlace.Of(macros)));
    }

    /// <summary>Writes the database anew that a transaction has left.</summary>
    /// <param name="below">The database as it was before; null where there was none.</param>
    /// <exception cref="EzException">Environment: a package is not in it, or it is of another form.</exception>
    /// <returns>The transaction's packages in the order in which they were installed, as places in <paramref name="packages"/>.</returns>
    public ImmutableArray<int> Rewrite(ImmutableArray<StoredRpm> packages, ManifestEntry? below, FileTime epoch)
    {
        var byName = packages.ToDictionary(package => NameOf(package.Headers.Main));
        ImmutableArray<RpmDatabaseRow> kept = below is null ? [] : _ground.RpmDatabaseOf(below);
        ImmutableArray<RpmDatabaseRow> found = _tree.Find(Place) is { Content: not null } file ? _ground.RpmDatabaseOf(file) : [];
        if (OtherForms.Select(name => (TreePath?)Folder.Append(name)).FirstOrDefault(path => _tree.Find(path!.Value) is not null) is { } other)
        {
            throw new EzException(
                FailureKind.Environment, $"the tree's own rpm keeps its database at `{other}`, not in SQLite, so it cannot run the scriptlets", "install rpm 4.16 or newer on this host");
        }

        var rows = kept.Concat(found.Where(row => kept.All(old => old.Number != row.Number)).Select(row => Again(row, byName, (uint)epoch.Seconds))).ToList();
        var installed = rows.Skip(kept.Length).Select(row => NameOf(InstalledHeader.Read(row.Header))).ToList();
        if (byName.Keys.Except(installed).Order(StringComparer.Ordinal).FirstOrDefault() is { } missing)
        {
            throw new EzException(
                FailureKind.Environment,
                $"`{missing}` is not in rpm's database, looked for at `{Place}`, after librpm has run its scripts",
                "`exclude:` in the recipe leaves a package out whose scripts remove it or write there");
        }

        _tree.Remove(Place);
        _ground.Put(_tree, [new DatabaseFile.Written(Place, RpmDatabaseFile.Write(rows))], epoch);
        var places = packages.Select((package, place) => (Name: NameOf(package.Headers.Main), place)).ToDictionary(named => named.Name, named => named.place);
        return [.. installed.Select(name => places.GetValueOrDefault(name, -1)).Where(place => place >= 0)];
    }

    public ManifestEntry? Find() => _tree.Find(Place);

    private RpmDatabaseRow Again(RpmDatabaseRow row, Dictionary<string, StoredRpm> packages, uint time)
    {
        var installed = InstalledHeader.Read(row.Header);
        if (!packages.TryGetValue(NameOf(installed), out var package))
        {
            // A script has installed something, which is a package like any other then.
            return row;
        }

        if (installed.Count(RpmField.InstallColor) == 0 || installed.Count(RpmField.FileStates) != package.Files.Files.Length)
        {
            throw new EzException(
                FailureKind.Environment,
                $"the scripts have left a database of rpm at `{Place}` that does not say what became of `{NameOf(installed)}` and its files",
                "`exclude:` in the recipe leaves a package out whose scripts write there");
        }

        var color = (uint)installed.Numbers(RpmField.InstallColor)[0];
        return row with
        {
            Header = InstalledHeader.Of(package.Headers.Signature, package.Headers.Main, new RpmInstallation(time, time, color, StatesOf(installed, package))),
        };
    }

    /// <summary>As librpm has them; it does not know what a recipe leaves out.</summary>
    private static byte[] StatesOf(RpmHeader installed, StoredRpm package)
    {
        var states = installed.Numbers(RpmField.FileStates);
        var bytes = Enumerable.Range(0, states.Count).Select(i => (byte)states[i]).ToArray();
        if (package.Composed.Contents.Entries.Length < package.Contents.Entries.Length)
        {
            var left = package.Contents.Entries.Select(entry => entry.Entry.Path).Except(package.Composed.Contents.Entries.Select(entry => entry.Entry.Path));
            foreach (var file in left.Select(package.Files.Find).OfType<int>())
            {
                bytes[file] = RpmFileState.NotInstalled;
            }
        }

        return bytes;
    }

    private static string NameOf(RpmHeader header) => new RpmHeaders(header, header).Nevra;
}
