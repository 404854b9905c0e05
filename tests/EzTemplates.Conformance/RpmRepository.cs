using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Conformance;

/// <summary>Reads repositories' folders (each with <c>repodata/repomd.xml</c>) into one universe.</summary>
internal static class RpmRepository
{
    /// <param name="folders">Each <c>id=FOLDER</c>, or a folder whose name says the id: its last word that no digit stands in.</param>
    /// <param name="asked">Paths that queries ask for.</param>
    public static RpmUniverse Read(IReadOnlyList<string> folders, IEnumerable<string> asked, Action<string> note)
    {
        var builder = new RpmUniverseBuilder();
        var repositories = folders.Select(f => (Id: IdOf(f), Folder: f[(f.IndexOf('=') + 1)..])).ToList();
        foreach (var (id, folder) in repositories)
        {
            var repomd = RepomdReader.Read(new MemoryStream(DataFiles.Bytes(Path.Combine(folder, "repodata/repomd.xml"))), folder);
            With(folder, repomd, "primary", stream => builder.AddPrimary(id, stream, folder));
            With(folder, repomd, "modules", stream => builder.AddModules(id, stream, folder));
            With(folder, repomd, "group", stream => builder.AddGroups(stream, folder));
            With(folder, repomd, "updateinfo", stream => builder.AddAdvisories(stream, folder));
        }

        var paths = builder.PathsOutsidePrimary(asked);
        foreach (var (id, folder) in paths.Count == 0 ? [] : repositories)
        {
            var repomd = RepomdReader.Read(new MemoryStream(DataFiles.Bytes(Path.Combine(folder, "repodata/repomd.xml"))), folder);
            With(folder, repomd, "filelists", stream => builder.AddFilelists(id, stream, folder, paths));
        }

        foreach (var warning in builder.Warnings)
        {
            note(warning.ToString());
        }

        return builder.ToUniverse();
    }

    /// <summary><c>name-epoch:version-release.arch@repository</c>, as dnf's data has it.</summary>
    public static string Describe(RpmUniverse universe, PackageId package)
    {
        var version = universe.Text(universe.Versions[package.Value]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{universe.Text(universe.Names[package.Value])}-{(version.Contains(':') ? "" : "0:")}{version}.{universe.Text(universe.Architectures[package.Value])}@{universe.Sources[universe.SourceNumbers[package.Value]]}");
    }

    private static string IdOf(string folder)
    {
        var equals = folder.IndexOf('=');
        return equals > 0 ? folder[..equals]
            : Path.GetFileName(folder.TrimEnd('/')).Split('-').Last(word => !word.Any(char.IsAsciiDigit));
    }

    private static void With(string folder, Repomd repomd, string type, Action<Stream> read)
    {
        if (repomd.Find(type) is { } file && File.Exists(Path.Combine(folder, file.Path)))
        {
            using var source = File.OpenRead(Path.Combine(folder, file.Path));
            using var plain = Decompression.Open(source, CompressionNames.OfName(file.Path));
            read(plain);
        }
    }
}
