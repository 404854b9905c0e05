using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Composition;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Dpkg;

namespace EzTemplates.Operations;

/// <summary>The files that recipes bring themselves, and the one that tells dpkg or rpm what an OS leaves out.</summary>
internal static class RecipeFiles
{
    private static readonly TreePath Excludes = TreePath.Parse("/etc/dpkg/dpkg.cfg.d/ez-paths");

    private static readonly TreePath Macros = TreePath.Parse("/etc/rpm/macros.ez-paths");

    /// <exception cref="EzException">Usage: a folder is in a file's place.</exception>
    public static void Put(ConfigureGround ground, TreeEdit tree, ConfigureSubject subject)
    {
        var files = new List<DatabaseFile>();
        foreach (var file in subject.LaidSettings.SelectMany(settings => settings.Files))
        {
            var path = tree.Settle(file.Path);
            if (tree.Find(path) is { Type: EntryType.Directory })
            {
                throw Misplaced(subject, file, "that is a folder");
            }

            if (Above(path).Select(tree.Find).OfType<ManifestEntry>().FirstOrDefault() is { Type: not EntryType.Directory } above)
            {
                throw Misplaced(subject, file, $"`{above.Path}` is no folder");
            }

            tree.Note(path, "brought by the recipe");
            files.Add(new DatabaseFile.Written(path, Encoding.UTF8.GetBytes(file.Text), file.Mode));
        }

        if (subject.Family == PackageFamily.Rpm)
        {
            files.AddRange(subject.LaidSettings.Select(settings => new RpmFilter(settings)).Where(rpm => !rpm.IsEmpty).Take(1)
                .Select(rpm => new DatabaseFile.Written(Macros, Encoding.ASCII.GetBytes(rpm.ToMacros()))));
        }
        else if (subject.LaidSettings.Select(PathFilter.Of).FirstOrDefault(filter => !filter.IsEmpty) is { } filter)
        {
            files.Add(new DatabaseFile.Written(Excludes, Encoding.ASCII.GetBytes(filter.ToDpkgConfiguration())));
        }

        ground.Put(tree, files, new FileTime(subject.Epoch));
    }

    private static IEnumerable<TreePath> Above(TreePath path)
    {
        for (; !path.IsRoot; path = path.Parent)
        {
            yield return path.Parent;
        }
    }

    private static EzException Misplaced(ConfigureSubject subject, RecipeTextFile file, string why) =>
        new(FailureKind.Usage, $"the recipe of `{subject.Name}` has the file `{file.Path}`, and {why}", "name another path in `files:`");

    /// <summary>As <see cref="Put"/>, where no script runs.</summary>
    public static ComposedManifest PutAlone(ConfigureGround ground, ComposedManifest composed, ConfigureSubject subject)
    {
        if (subject.LaidSettings.All(settings => settings.Files.IsEmpty && PathFilter.Of(settings).IsEmpty))
        {
            return composed;
        }

        var tree = new TreeEdit(composed);
        Put(ground, tree, subject);
        return tree.Finish();
    }
}
