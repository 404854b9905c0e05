using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Store;

namespace EzTemplates.Operations;

/// <summary>Control members of stored packages.</summary>
internal static class StoredControl
{
    private const string ControlName = "control";

    public static DebControl Read(ContentStore store, PackageContents contents, string label)
    {
        var member = contents.Control.FirstOrDefault(c => c.Name == ControlName)
            ?? throw new EzException(FailureKind.Store, $"the stored contents of `{label}` have no control file", "remove its file from store/contents and build again");
        return DebControl.Parse(store.Objects.Read(member.Content), $"{label}: {ControlName}");
    }

    /// <summary>The main header of an rpm package.</summary>
    public static RpmHeader Header(ContentStore store, PackageContents contents, string label)
    {
        var member = contents.Control.FirstOrDefault(c => c.Name == RpmReader.HeaderMember)
            ?? throw new EzException(FailureKind.Store, $"the stored contents of `{label}` have no header", "remove its file from store/contents and build again");
        using var bytes = new MemoryStream(store.Objects.Read(member.Content), writable: false);
        return RpmHeader.Read(bytes, RpmHeaderKind.Main);
    }

    /// <summary>The lines of a text member, bytes as chars; none where the package has no such member.</summary>
    public static IEnumerable<string> Lines(ContentStore store, PackageContents contents, string name)
    {
        var member = contents.Control.FirstOrDefault(c => c.Name == name);
        return member is null
            ? []
            : Encoding.Latin1.GetString(store.Objects.Read(member.Content)).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
