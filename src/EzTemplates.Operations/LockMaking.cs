using System.Collections.Immutable;
using EzTemplates.Domain;
using EzTemplates.Formats.Locks;
using NuGet.Versioning;

namespace EzTemplates.Operations;

/// <summary>Turns the solver's choice into a lock.</summary>
internal static class LockMaking
{
    /// <summary>The number of the configure rules that this ez has for a family. It rises whenever a lock of it would give another tree than before.</summary>
    public static int ConfigureRules(PackageFamily family) => family == PackageFamily.Deb ? 3 : 7;

    /// <exception cref="EzException">The lock was made for configure rules that this ez does not have.</exception>
    public static void RequireKnownRules(TemplateLock held)
    {
        if (held.Rules != 0 && held.Rules != ConfigureRules(held.Family))
        {
            throw new EzException(
                FailureKind.Usage,
                $"the lock of `{held.Template}` asks for configure rules {held.Rules}, and this ez has rules {ConfigureRules(held.Family)}",
                $"ez lock {held.Template}, or use the ez that made it");
        }
    }

    public static TemplateLock Make(SolvingGround ground, RecipeFile file, TemplateLock? previous, TemplateLock? os, ImmutableArray<LockedPackage> rows)
    {
        var made = new TemplateLock
        {
            Template = file.Recipe.Name,
            Family = file.Os.Family,
            Architecture = file.Os.Architecture,
            Version = previous?.Version ?? First(file.Recipe.Version),
            Recipe = file.Recipe.Digest,
            Base = os is null ? null : new LockedBase(os.Template, os.Version, LockText.DigestOf(os)),
            Snapshots = [.. ground.Snapshots
                .Select(s => new LockedSnapshot(s.Repository, s.Suite, s.Name))
                .OrderBy(s => s.Repository, StringComparer.Ordinal)
                .ThenBy(s => s.Suite, StringComparer.Ordinal)],
            Epoch = previous?.Epoch ?? ground.Now.ToUnixTimeSeconds(),
            Rules = RulesOf(file, os),
            Ids = IdsOf(previous, os),
            Packages = [.. rows
                .OrderBy(p => p.Name, StringComparer.Ordinal)
                .ThenBy(p => p.Architecture, StringComparer.Ordinal)],
        };
        return previous is not null && !LockChange.IsChanged(previous, made)
            ? made
            : made with { Version = Next(previous?.Version, file.Recipe.Version), Epoch = ground.Now.ToUnixTimeSeconds() };
    }

    /// <summary>Those that are known; the build knows which of them it needs. What the base makes by now is the base's.</summary>
    private static ImmutableArray<LockedId> IdsOf(TemplateLock? previous, TemplateLock? os)
    {
        var below = (os?.Ids ?? []).Select(row => (row.Kind, row.Name)).ToHashSet();
        return [.. (previous?.Ids ?? []).Where(row => !below.Contains((row.Kind, row.Name)))];
    }

    /// <summary>An application runs on its OS's configured tree, or has nothing to run on.</summary>
    private static int RulesOf(RecipeFile file, TemplateLock? os)
    {
        var asked = file.Recipe.Configure ?? (os!.Rules > 0 ? ConfigureMode.Sandbox : ConfigureMode.None);
        return os is null || os.Rules > 0 == (asked == ConfigureMode.Sandbox)
            ? asked == ConfigureMode.Sandbox ? ConfigureRules(file.Os.Family) : 0
            : throw new EzException(
                FailureKind.Usage,
                $"`{file.FullPath}` says `configure: {(os.Rules > 0 ? "none" : "sandbox")}`, and `{os.Template}` is {(os.Rules > 0 ? "" : "not ")}configured: an application does as its OS",
                "leave `configure:` out of the application's recipe");
    }

    private static NuGetVersion First(RecipeVersion recipe) => new(recipe.Major, recipe.Minor, 0);

    /// <summary>One more than before; from 0 again where the author has changed the recipe's own version.</summary>
    private static NuGetVersion Next(NuGetVersion? previous, RecipeVersion recipe) =>
        previous is not null && previous.Major == recipe.Major && previous.Minor == recipe.Minor
            ? new NuGetVersion(recipe.Major, recipe.Minor, previous.Patch + 1)
            : First(recipe);
}
