namespace EzTemplates.Formats;

/// <summary>A quick look at a package's control stanza; nothing else of the archive is read or checked.</summary>
public static class DebControlFile
{
    /// <summary>The bytes of the <c>control</c> file.</summary>
    /// <exception cref="MalformedArchiveException">Names the file, the member and the reason.</exception>
    public static byte[] Read(Stream archive, string fileName)
    {
        var at = new ArchivePosition();
        try
        {
            using var ar = new ArReader(archive);
            DebReader.OpenControl(ar, at, out var kind);
            var options = new DebReadOptions { FileName = fileName };
            return DebControlMembers.ReadControl(DebReader.OpenTar(ar, kind, options, isControl: true), at)
                ?? throw new MalformedArchiveException("it has no `control` file");
        }
        catch (MalformedArchiveException failure)
        {
            throw failure.At(fileName, at.Describe());
        }
    }
}
