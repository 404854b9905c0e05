using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>
/// What rpm's database is to say of files that are not as their package has them. librpm says most of it; what it finds out while it unpacks it
/// cannot say, as here it unpacks nothing.
/// </summary>
/// <param name="below">The OS's packages.</param>
/// <param name="outdone">Those of the OS's packages, by their places, that have lost a path to another architecture's file.</param>
internal sealed class LaidStates(TreeEdit tree, LaidColors colors, Provenance below, IReadOnlySet<int> outdone)
{
    /// <summary>Of a package of the transaction, a byte a file.</summary>
    public byte[] Of(RpmHeader installed, StoredRpm package)
    {
        var states = StatesOf(installed);
        Color(states, package.Files);
        if (package.Composed.Contents.Entries.Length < package.Contents.Entries.Length)
        {
            // librpm does not know what a recipe leaves out.
            var left = package.Contents.Entries.Select(entry => entry.Entry.Path).Except(package.Composed.Contents.Entries.Select(entry => entry.Entry.Path));
            foreach (var file in left.Select(package.Files.Find).OfType<int>())
            {
                states[file] = RpmFileState.NotInstalled;
            }
        }

        return states;
    }

    /// <summary>The row of a package that was there before.</summary>
    public RpmDatabaseRow Below(RpmDatabaseRow row)
    {
        if (outdone.Count == 0)
        {
            return row;
        }

        var installed = InstalledHeader.Read(row.Header);
        var (name, version, architecture) = (installed.Text(RpmField.PackageName), new RpmHeaders(installed, installed).VersionText, installed.Text(RpmField.Architecture));
        if (!outdone.Select(place => below.Packages[place]).Any(package => package.Name == name && RpmHeaders.WithoutZeroEpoch(package.Version) == version && package.Architecture == architecture))
        {
            return row;
        }

        var files = RpmFileTable.Of(installed, new RpmReadOptions { FileName = name! });
        var states = StatesOf(installed);
        if (states.Length == files.Files.Length)
        {
            Color(states, files);
        }

        return row with { Header = InstalledHeader.WithStates(row.Header, states) };
    }

    private static byte[] StatesOf(RpmHeader installed)
    {
        var states = installed.Numbers(RpmField.FileStates);
        return [.. Enumerable.Range(0, states.Count).Select(i => (byte)states[i])];
    }

    private void Color(byte[] states, RpmFileTable files)
    {
        for (var i = 0; i < states.Length; i++)
        {
            if (files.Files[i] is { Color: not 0 } file && !RpmColors.Stays(file.Color) && tree.Settle(file.Path) is var place && tree.PackageOf(place) is >= 0 and var owner
                && colors.Of(owner, place) is var other && RpmColors.Differ(file.Color, other) && RpmColors.Stays(other))
            {
                states[i] = RpmFileState.WrongColor;
            }
        }
    }
}
