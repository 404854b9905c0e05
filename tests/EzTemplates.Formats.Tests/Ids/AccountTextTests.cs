using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Formats.Ids;
using Xunit;

namespace EzTemplates.Formats.Tests.Ids;

public sealed class AccountTextTests
{
    private static readonly AccountText Before = new("root:x:0:0:root:/root:/bin/sh\nold:x:105:105::/:/bin/sh\n", "root:x:0:\nusers:x:100:\nold:x:105:\n");

    [Fact]
    public void Those_count_that_came_and_whose_number_a_tool_picked()
    {
        var after = new AccountText(
            Before.Passwd + "new:x:100:101::/:/bin/sh\nwww-data:x:33:33::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\ntoor:x:105:0::/:/bin/sh\nagain:x:100:0::/:/bin/sh\nodd,name:x:107::::\n",
            Before.Group + "new:x:101:\nbroken\nno:x:number:\n");
        Assert.Equal([new(LockedId.User, "new", 100), new(LockedId.Group, "new", 101)], after.MadeSince(Before).AsEnumerable());
        Assert.Empty(after.MadeSince(after));

        // The group `users` is base-passwd's, whatever its number.
        Assert.Equal([new(LockedId.User, "old", 105), new(LockedId.Group, "old", 105)], Before.MadeSince(new AccountText("", "")).AsEnumerable());
    }

    [Fact]
    public void Numbers_change_places_all_at_once_and_the_rest_of_a_line_stays()
    {
        var numbers = new Renumbering([(new(LockedId.User, "a", 101), 102), (new(LockedId.User, "b", 102), 101), (new(LockedId.Group, "a", 101), 200)]);
        Assert.Equal("a:x:102:200:x,101:/home/101:\nb:x:101:102::/:\n+\nc::103", AccountText.RenumberPasswd("a:x:101:101:x,101:/home/101:\nb:x:102:102::/:\n+\nc::103", numbers));
        Assert.Equal("a:x:200:101,b\nb:x:102:\n", AccountText.RenumberGroup("a:x:101:101,b\nb:x:102:\n", numbers));
    }

    [Fact]
    public void Tools_are_told_the_numbers_of_names_that_are_left_to_them()
    {
        var table = IdTable.Empty.With([new(LockedId.User, "mail", 201), new(LockedId.Group, "mail", 201), new(LockedId.Group, "logs", 202), new(LockedId.User, "odd.name", 203)]);
        Assert.Equal(
            "# u mail -\ng logs 202 -\nu! mail 201 \"Mail\" /var/mail\nu mail 201:nogroup\nu other - \"x\"\nu mail 8\ng mail\t201\nu odd.name 203\nm mail logs\n",
            NumberedTools.WithNumbers("# u mail -\ng logs - -\nu! mail - \"Mail\" /var/mail\nu mail -:nogroup\nu other - \"x\"\nu mail 8\ng mail\t-\nu odd.name -\nm mail logs\n", table));
        Assert.Equal("mail:201\n", NumberedTools.Pool(table, LockedId.User));
        Assert.Equal("mail:201\nlogs:202\n", NumberedTools.Pool(table, LockedId.Group));
    }
}
