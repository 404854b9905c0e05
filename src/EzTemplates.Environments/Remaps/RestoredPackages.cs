using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Environments;

/// <summary>Packages of an environment's own that made way for a version's, and that a roll-back brings back.</summary>
internal sealed class RestoredPackages
{
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<TreePath> _paths = [];

    /// <param name="infoName"><see cref="InstalledPackage.InfoName"/>.</param>
    public void Add(string infoName, IEnumerable<TreePath> paths)
    {
        _names.Add(infoName);
        _paths.UnionWith(paths);
    }

    /// <summary>Whether the package's list stands for the path where the paths are told.</summary>
    public bool AreTold(TreePath path) =>
        _paths.Contains(path) || (path.Parent == InstalledPackage.Info && path.Name.LastIndexOf('.') is >= 0 and var dot && _names.Contains(path.Name[..dot]) && path.Name[dot..] != ".list");

    /// <summary>A version's status in which these packages are as the environment had them, so that it goes with their files.</summary>
    /// <param name="status">Bytes as chars.</param>
    /// <param name="kept">The environment's status of that time; null: there was none.</param>
    public string PutInto(string status, AreaPlace? kept)
    {
        if (_names.Count == 0 || kept?.TryRead() is not { } bytes)
        {
            return status;
        }

        var own = Stanzas(Encoding.Latin1.GetString(bytes)).Where(stanza => stanza.Package is { } package && _names.Contains(package.InfoName)).ToList();
        var keys = own.Select(stanza => stanza.Package!.Key).ToHashSet();
        return string.Concat(Stanzas(status).Where(stanza => stanza.Package is null || !keys.Contains(stanza.Package.Key)).Concat(own).Select(stanza => stanza.Text + "\n\n"));
    }

    /// <summary>One that says that nothing is there has no package.</summary>
    private static IEnumerable<(InstalledPackage? Package, string Text)> Stanzas(string status) =>
        status.Split("\n\n").Select(text => text.Trim('\n')).Where(text => text.Length > 0).Select(text => (InstalledPackage.ReadAll(text + "\n").FirstOrDefault(), text));
}
