using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;
using EzTemplates.Formats.Dpkg;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// rpm's database in a tree. While scripts run, librpm writes one of its own, which depends on when and by which version that was; so it is
/// only asked in which order it installed the packages and what became of their files, and is written anew from the packages' own headers, in
/// the form that the tree's own rpm reads. The librpm that runs scripts writes SQLite.
/// </summary>
internal sealed class RpmDatabase
{
    // Of ndb, which has a second file, and of Berkeley DB.
    private static readonly string[] OtherForms = [RpmNdbFile.Name, RpmNdbFile.IndexName, "Packages"];

    private readonly ConfigureGround _ground;
    private readonly TreeEdit _tree;

    private RpmDatabase(ConfigureGround ground, TreeEdit tree, RpmDatabasePlace place) => (_ground, _tree, Folder, Form) = (ground, tree, tree.Settle(place.Folder), place.Form);

    /// <summary>Where the tree's own rpm looks for it.</summary>
    public TreePath Folder { get; }

    /// <summary>In which form it looks for it.</summary>
    public string Form { get; }

    /// <summary>Where librpm has it while scripts run.</summary>
    private TreePath Passing => Folder.Append(RpmDatabaseFile.Name);

    private bool IsNdb => Form == RpmDatabasePlace.Ndb;

    private TreePath Place => IsNdb ? Folder.Append(RpmNdbFile.Name) : Passing;

    public static RpmDatabase In(ConfigureGround ground, TreeEdit tree)
    {
        var macros = tree.Paths.Where(RpmDatabasePlace.IsMacros).Select(path => (path, Text: ground.TextOf(tree, tree.Follow(path)))).Where(file => file.Text is not null);
        return new RpmDatabase(ground, tree, RpmDatabasePlace.Of(macros.Select(file => (file.path, file.Text!))));
    }

    /// <summary>Writes the database anew that a transaction has left.</summary>
    /// <param name="below">The database as it was before; null where there was none.</param>
    /// <param name="states">Of the files as they were laid.</param>
    /// <exception cref="EzException">Environment: a package is not in it, or the librpm that ran writes another form.</exception>
    /// <returns>The transaction's packages in the order in which they were installed, as places in <paramref name="packages"/>.</returns>
    public ImmutableArray<int> Rewrite(ImmutableArray<StoredRpm> packages, ManifestEntry? below, LaidStates states, FileTime epoch)
    {
        var byName = packages.ToDictionary(package => NameOf(package.Headers.Main));
        ImmutableArray<RpmDatabaseRow> kept = below is null ? [] : _ground.RpmDatabaseOf(below);
        ImmutableArray<RpmDatabaseRow> found = _tree.Find(Passing) is { Content: not null } file ? _ground.RpmDatabaseOf(file) : [];
        foreach (var other in OtherForms.Select(name => Folder.Append(name)).Where(path => _tree.Find(path) is not null))
        {
            if (found.IsEmpty)
            {
                // A host's that would has been passed over.
                throw new EzException(
                    FailureKind.Environment,
                    $"this host has no librpm that writes SQLite, and the tree's own, which ran the scriptlets instead, has written its database at `{other}` in another form, which ez does not read",
                    "install rpm on this host, of a distribution that builds it with SQLite (Fedora, RHEL 9, Debian 12 and their like), or say `configure: none`");
            }

            // A script of the tree's rpm makes an empty one, as that finds none in its form (openSUSE's does).
            _tree.Remove(other);
        }

        var rows = kept.Select(states.Below).Concat(found.Where(row => kept.All(old => old.Number != row.Number)).Select(row => Again(row, byName, states, (uint)epoch.Seconds))).ToList();
        var installed = rows.Skip(kept.Length).Select(row => NameOf(InstalledHeader.Read(row.Header))).ToList();
        if (byName.Keys.Except(installed).Order(StringComparer.Ordinal).FirstOrDefault() is { } missing)
        {
            throw new EzException(
                FailureKind.Environment,
                $"`{missing}` is not in rpm's database, looked for at `{Passing}`, after librpm has run its scripts",
                "`exclude:` in the recipe leaves a package out whose scripts remove it or write there");
        }

        _tree.Remove(Passing);
        _ground.Put(_tree, [new DatabaseFile.Written(Place, IsNdb ? RpmNdbFile.Write(rows) : RpmDatabaseFile.Write(rows))], epoch);
        var places = packages.Select((package, place) => (Name: NameOf(package.Headers.Main), place)).ToDictionary(named => named.Name, named => named.place);
        return [.. installed.Select(name => places.GetValueOrDefault(name, -1)).Where(place => place >= 0)];
    }

    /// <summary>What a tree has before any script runs; null where it has none.</summary>
    public ManifestEntry? Find() => _tree.Find(Place) ?? _tree.Find(Passing);

    /// <summary>Shows what was found to the librpm that is to run scripts.</summary>
    public void Show(ManifestEntry? found, FileTime epoch)
    {
        if (found is not null && found.Path != Passing)
        {
            _ground.Put(_tree, [new DatabaseFile.Written(Passing, RpmDatabaseFile.Write(_ground.RpmDatabaseOf(found)))], epoch);
        }
    }

    /// <summary>What to say where the tree's own rpm does not read what is written here; null where it does.</summary>
    /// <remarks>No conversion is advised: <c>--rebuilddb</c> of an rpm that lacks the other form, Debian's among them, takes away what there is.</remarks>
    public string? Unreadable(string template) => Form is RpmDatabasePlace.Sqlite or RpmDatabasePlace.Ndb ? null
        : $"the rpm of `{template}` looks for its database in the form `{Form}` (`%_db_backend` of its macros), and ez writes SQLite, `{Place}`: inside, it may find no package installed"
            + $" (hint: this host's rpm reads an environment's: rpm --root \"$(ez env path ENV)\" --dbpath {Folder} -qa)";

    private RpmDatabaseRow Again(RpmDatabaseRow row, Dictionary<string, StoredRpm> packages, LaidStates states, uint time)
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
                $"the scripts have left a database of rpm at `{Passing}` that does not say what became of `{NameOf(installed)}` and its files",
                "`exclude:` in the recipe leaves a package out whose scripts write there");
        }

        var color = (uint)installed.Numbers(RpmField.InstallColor)[0];
        return row with
        {
            Header = InstalledHeader.Of(package.Headers.Signature, package.Headers.Main, new RpmInstallation(time, time, color, states.Of(installed, package))),
        };
    }

    private static string NameOf(RpmHeader header) => new RpmHeaders(header, header).Nevra;
}
