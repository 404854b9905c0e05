using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Conformance;

/// <summary>Packages files as a universe, each a source.</summary>
internal static class DebIndex
{
    public static PackageUniverse Read(IReadOnlyList<string> paths)
    {
        var builder = new UniverseBuilder();
        foreach (var path in paths)
        {
            builder.AddIndex(new PackagesIndex(Path.GetFileName(path), DataFiles.Bytes(path), path));
        }

        return builder.ToUniverse();
    }
}
