using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>An ordinary user with ranges of subordinate ids gets root's manifests.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class RootlessRecipesTests(RealGround ground)
{
    public static TheoryData<string> Recipes() => ReproducibleRecipesTests.Recipes();

    [Theory]
    [MemberData(nameof(Recipes))]
    public void A_build_in_a_user_namespace_gives_the_manifest_of_root(string recipe)
    {
        Assert.SkipUnless(TestScale.IsFull, "takes minutes: EZ_TEST_SCALE=full");
        OrdinaryUser.Require(SubordinateRanges.Granted);
        Requires.Tool("ldd");
        var roots = ReproducibleRecipesTests.LastManifest(ground.Up(recipe));

        using var user = new OrdinaryUser();
        var (program, store) = (RootlessGround.CopyProgram(user.Temp), Path.Combine(user.Home, "store"));
        ToolRun Ez(params IReadOnlyList<string> arguments) => ToolRun.Run(user.Command(program, [.. arguments, "--store", store]) with { Timeout = TimeSpan.FromMinutes(10) });
        Ez("env", "list").Succeed();
        ToolRun.Run("cp", "-r", Path.GetDirectoryName(ground.RecipeOf(recipe))!, Path.Combine(user.Home, "recipes")).Succeed();
        ToolRun.Run("cp", "-rT", Path.Combine(ground.Ez.Store, "store", "archives"), Path.Combine(store, "store", "archives")).Succeed();
        user.Own(user.Home);
        var built = Ez("build", "--locked", "--offline", "--json", Path.Combine(user.Home, "recipes", recipe + ".yaml")).Succeed();
        Assert.Equal(roots, ReproducibleRecipesTests.LastManifest(RealGround.Json(built)));
    }
}
