using EzTemplates.Domain;

namespace EzTemplates.Store;

/// <summary>A package of this command whose contents are not in the store yet; it is locked until they are.</summary>
internal sealed record IngestedPackage(PackageContents Contents, string StagedText, FileLock Lock)
{
    /// <summary>Every object that the contents name, repeats included.</summary>
    public static IEnumerable<Sha256Digest> ObjectsOf(PackageContents contents)
    {
        foreach (var member in contents.Control)
        {
            yield return member.Content;
        }

        foreach (var entry in contents.Entries)
        {
            if (entry.Entry.Content is { } content)
            {
                yield return content;
            }
        }
    }
}
