using System.Collections.Immutable;
using EzTemplates.Domain.Configuring;

namespace EzTemplates.Domain;

/// <summary>
/// What a recipe says of its template beyond packages. It is kept with each version, since compositions and environments are made of
/// versions, without a recipe at hand.
/// </summary>
public sealed record TemplateSettings
{
    public static TemplateSettings Default { get; } = new();

    /// <summary>In the author's order.</summary>
    public ImmutableArray<RecipeTextFile> Files { get; init; } = [];

    /// <summary>Sorted by question.</summary>
    public ImmutableArray<DebconfAnswer> Debconf { get; init; } = [];

    /// <summary>An OS's: whether documentation is kept, in it and in all applications on it.</summary>
    public bool Docs { get; init; } = true;

    /// <summary>An OS's: the translations that are kept, in it and in all applications on it, as <c>de</c> or <c>pt_BR</c>; null: all.</summary>
    public ImmutableArray<string>? Languages { get; init; }

    /// <summary>Shell commands that run in the sandbox, when all packages are configured.</summary>
    public ImmutableArray<string> AfterConfigure { get; init; } = [];

    /// <summary>Shell commands that run in an environment, once it is made.</summary>
    public ImmutableArray<string> AfterCreate { get; init; } = [];

    /// <summary>Shell commands that run in an environment, whenever it was moved to another version.</summary>
    public ImmutableArray<string> AfterRemap { get; init; } = [];

    /// <summary>What each environment makes for itself, beyond <see cref="InstanceData.Table"/>.</summary>
    public ImmutableArray<InstancePath> InstanceData { get; init; } = [];

    /// <summary>Whether packages and scripts may bring device nodes; refused otherwise.</summary>
    public bool AllowDevices { get; init; }

    /// <summary>Whether environments get package sources for the recipe's repositories.</summary>
    public bool WriteSources { get; init; } = true;
}

/// <summary>A file that a recipe brings itself; it is root's.</summary>
public sealed record RecipeTextFile(TreePath Path, string Text, int Mode);

/// <summary>An answer to a question of debconf(7): <c>tzdata/Areas</c>.</summary>
public sealed record DebconfAnswer(string Question, string Answer);
