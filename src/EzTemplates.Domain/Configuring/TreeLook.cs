namespace EzTemplates.Domain.Configuring;

/// <summary>A tree as far as it decides what systems make of their own: a manifest, or a view that is mounted, which costs no reading of one.</summary>
/// <param name="Has">Whether there is anything at a path, to which links on the way may lead: /usr/sbin may be one (Fedora 42).</param>
/// <param name="NamesIn">What is in a folder, in any order; nothing where there is no such folder.</param>
public sealed record TreeLook(Func<TreePath, bool> Has, Func<TreePath, IEnumerable<string>> NamesIn)
{
    public static TreeLook Of(Manifest manifest) => new(
        path => manifest.Find(TreeLinks.Settle(path, manifest.Find)) is not null,
        folder => manifest.Below(folder).Where(entry => entry.Path.Parent == folder).Select(entry => entry.Path.Name));
}
